// What `nick` does (W8.6): a guest goes by another name, and hears of it on every connection. The
// rooms tell the others (W9.6).
import type { ClientMessage } from "./client_message.ts";
import { isGuest } from "./identity.ts";
import type { Refusal } from "./protocol.ts";
import { forbidden } from "./refusal.ts";
import { tellRenamed } from "./renaming.ts";
import type { Asker } from "./requests.ts";

/** Renames the guest, or returns why not. */
export function rename(
  asker: Asker,
  { name: user, ref }: Extract<ClientMessage, { type: "nick" }>,
): Refusal | undefined {
  const { hub, uid, user: was } = asker;
  if (!isGuest(uid)) return forbidden("your name is that of your token");
  if (!hub.names.change(uid, user, hub.now())) {
    return { code: "CONFLICT", message: "somebody else has this name now" };
  }
  tellRenamed(hub, uid, user, was, { asker, ...(ref !== undefined && { ref }) });
  hub.instances?.changed(uid);
  return undefined;
}
