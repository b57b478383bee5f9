// What `search` finds for one connection (W16): in all that it may read, whether it is there or not.
import type { ClientMessage } from "./client_message.ts";
import { ENTRIES_BYTES } from "./history.ts";
import { whyBanned } from "./join.ts";
import type { Refusal } from "./protocol.ts";
import { fromIn, type Reach } from "./reach.ts";
import { notFound } from "./refusal.ts";
import type { Asker } from "./requests.ts";
import type { Found } from "./store/search.ts";

/** Hits in an answer. */
const PAGE = 20;

/** Rejects with a `StoreError`. */
export async function search(
  asker: Asker,
  { text, room, before }: Extract<ClientMessage, { type: "search" }>,
): Promise<Found | Refusal> {
  const { store } = asker.hub;
  if (room !== undefined) {
    if (!asker.may("read", room)) return notFound(room);
    const refusal = whyBanned(asker, room);
    if (refusal) return refusal;
  }
  if (!store.search) {
    return { code: "UNAVAILABLE", message: "this server's store can't be searched" };
  }
  const found = await store.search.search({
    text,
    reach: reachOf(asker),
    ...(room !== undefined && { room }),
    ...(before !== undefined && { before }),
    size: { limit: PAGE, bytes: ENTRIES_BYTES },
  });
  // Meanwhile it may have been banned, or have got another credential.
  const reach = reachOf(asker);
  return { ...found, hits: found.hits.filter((hit) => hit.ts >= fromIn(reach, hit.room)) };
}

function reachOf({ hub, uid, rights, identity, address }: Asker): Reach {
  const banned = hub.sanctions.bannedFrom(identity, address, hub.now());
  // A room's own name comes before every pattern, and the first of its kind before others.
  const closed = banned.map((pattern) => ({ pattern, from: Infinity }));
  return { uid, rules: [...closed, ...rights.rules] };
}
