// What a client asks to be put into a room's log (W4): what that needs, what it says, and why the
// log did not take it.
import type { ClientMessage } from "./client_message.ts";
import type { Permission } from "./identity.ts";
import type { Refusal } from "./protocol.ts";
import { forbidden } from "./refusal.ts";
import type { Rights } from "./rights.ts";
import { type Body, MAX_EMOJI, type Refused } from "./store/store.ts";

export type Saying = Extract<
  ClientMessage,
  { type: "chat" | "edit" | "delete" | "react" | "topic" }
>;

const PERMISSIONS: Record<Saying["type"], Permission> = {
  chat: "write",
  edit: "write",
  delete: "write",
  react: "write",
  topic: "moderate",
};

export function isSaying(message: { type: string }): message is Saying {
  return Object.hasOwn(PERMISSIONS, message.type);
}

export function permissionFor({ type }: Saying): Permission {
  return PERMISSIONS[type];
}

/** What the entry will say, with what its sender may see and do there. */
export function bodyOf(saying: Saying, rights: Rights): Body {
  const { room } = saying;
  const from = rights.from(room);
  switch (saying.type) {
    case "chat": {
      const { type, text, replyTo } = saying;
      return { type, text, ...(replyTo !== undefined && { replyTo }) };
    }
    case "edit":
      return { type: "edited", of: saying.of, from, text: saying.text };
    case "delete":
      return { type: "deleted", of: saying.of, from, isModerator: rights.may("moderate", room) };
    case "react":
      return { type: "reaction", of: saying.of, from, emoji: saying.emoji, on: saying.on };
    case "topic":
      return { type: "topic", text: saying.text };
  }
}

/** Why the log did not take it. */
export function refusalOf({ room, type, ...rest }: Saying, { refused }: Refused): Refusal {
  const of = "of" in rest ? rest.of : undefined;
  switch (refused) {
    case "missing":
      return { code: "NOT_FOUND", message: `there is no message ${of} in ${room}`, room };
    case "foreign": {
      const who = type === "edit" ? "its author" : "its author or a moderator";
      return forbidden(`only ${who} may ${type} message ${of}`, room);
    }
    case "many": {
      const message = `message ${of} has ${MAX_EMOJI} different emoji already`;
      return { code: "CONFLICT", message, room };
    }
  }
}
