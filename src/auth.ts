// Who a connection is, as it is told: the welcome (W8.1), and another one when it shows a new
// credential on its way (W8.5).
import { Batch } from "./batch.ts";
import type { ClientMessage } from "./client_message.ts";
import { CLOSE } from "./close.ts";
import { whyBanned } from "./join.ts";
import { encode, type Refusal } from "./protocol.ts";
import { forbidden } from "./refusal.ts";
import type { Asker } from "./requests.ts";

export function welcome(asker: Asker, ref?: string): void {
  const { hub, identity, user, uid } = asker;
  const { settings } = hub;
  const message = encode({
    type: "welcome",
    user,
    uid,
    session: identity.seal?.(user) ?? null,
    expires: identity.expires,
    heartbeatMs: settings.heartbeatMs,
    graceMs: settings.heartbeatGraceMs,
    limits: settings.limits,
    version: settings.version,
    ...(ref !== undefined && { ref }),
  });
  asker.push(Batch.of(message), "entry");
}

/** Takes the credential if it is the same user's, and leaves what may not be read any more. */
export async function authenticate(
  asker: Asker,
  { token, ref }: Extract<ClientMessage, { type: "auth" }>,
): Promise<Refusal | undefined> {
  const { hub, address } = asker;
  const identity = await hub.authenticate(token, address);
  if ("code" in identity) return identity;
  if (identity.uid !== asker.uid) {
    return forbidden("this token is another user's; connect anew to be that one");
  }
  if (!asker.isServing) return;
  const wasAdmin = asker.identity.isAdmin;
  asker.renew(identity);
  // Other instances keep an administrator safe (W10.9).
  if (identity.isAdmin !== wasAdmin) hub.instances?.changed(asker.uid);
  // A ban that did not hold for an administrator does for who is none any more.
  if (hub.isBanned(identity, address, hub.now())) return void asker.close(CLOSE.banned);
  welcome(asker, ref);
  for (const room of [...asker.rooms.keys()]) {
    if (!asker.may("read", room)) asker.expel(room, "forbidden");
    else if (whyBanned(asker, room)) asker.expel(room, "banned");
  }
}
