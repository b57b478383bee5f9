// What `nick` does (W8.6): a guest goes by another name, and hears of it on every connection. The
// rooms tell the others (W9.6).
import { Batch } from "./batch.ts";
import type { ClientMessage } from "./client_message.ts";
import { isGuest } from "./identity.ts";
import { encode, type Refusal } from "./protocol.ts";
import { forbidden } from "./refusal.ts";
import type { Asker } from "./requests.ts";

/** Renames the guest, or returns why not. */
export function rename(
  asker: Asker,
  { name: user, ref }: Extract<ClientMessage, { type: "nick" }>,
): Refusal | undefined {
  const { hub, uid, user: was } = asker;
  if (!isGuest(uid)) return forbidden("your name is that of your token");
  if (!hub.names.change(uid, user)) {
    return { code: "CONFLICT", message: "somebody else has this name now" };
  }
  for (const connection of hub.online.of(uid)) {
    connection.rename(user);
    for (const room of connection.rooms.values()) room.presence.rename(uid, user);
    const session = connection.identity.seal?.(user) ?? null;
    const back = connection === asker && ref !== undefined ? { ref } : {};
    const told = encode({ type: "nick", uid, user, was, session, ...back });
    connection.push(Batch.of(told), "entry");
  }
  return undefined;
}
