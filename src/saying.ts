// What a client asks to be put into a room's log (W4): what that needs, what it says, and why the
// log did not take it.
import type { ClientMessage } from "./client_message.ts";
import type { Permission, Refusal } from "./protocol.ts";
import { mentionedIn } from "./mentioned.ts";
import { whyNot } from "./permission.ts";
import { forbidden } from "./refusal.ts";
import type { Asker } from "./requests.ts";
import type { Room } from "./room.ts";
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

/** Why this can't be said; undefined: it can, also beside what is being stored. */
export function whyNotSay(saying: Saying, asker: Asker): Refusal | undefined {
  const { room } = saying;
  const refusal = whyNot(asker, PERMISSIONS[saying.type], room);
  if (refusal || saying.type !== "chat" || saying.replyTo === undefined) return refusal;
  if (saying.replyTo <= asker.rooms.get(room)!.head.seq) return undefined;
  const message = "replyTo must be the seq of an earlier message of this room";
  return { code: "INVALID_FIELD", message, room };
}

/** What the entry will say, with what its sender may see and do there. */
export function bodyOf(saying: Saying, room: Room, asker: Asker): Body {
  const from = asker.rights.from(room.name);
  switch (saying.type) {
    case "chat": {
      const { type, text, replyTo, files = [] } = saying;
      const mentions = text.includes("@") ? mentionedIn(text, room, asker) : [];
      return {
        type,
        text,
        ...(replyTo !== undefined && { replyTo }),
        ...(mentions.length > 0 && { mentions }),
        ...(files.length > 0 && { files }),
      };
    }
    case "edit":
      return { type: "edited", of: saying.of, from, text: saying.text };
    case "delete": {
      const isModerator = asker.may("moderate", room.name);
      return { type: "deleted", of: saying.of, from, isModerator };
    }
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
    case "file": {
      const message = "files must be uploaded to the room by who sends them, and in no message yet";
      return { code: "NOT_FOUND", message, room };
    }
  }
}
