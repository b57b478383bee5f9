// An entry of a room's log in words.
import { actionIn } from "../../static/model/slash.js";
import { momentOf } from "../../static/views/clock.js";
import { stageSentence } from "../../static/views/wording.js";
import type { Entry, Message } from "../protocol.ts";
import type { Line, Piece } from "./ink.ts";
import { type Room, saidIn } from "./room.ts";

/** Characters of a message that is named in a sentence. */
const QUOTED = 40;

/** The entry as one line. `isElsewhere`: it is not of the room that is written to. */
export function lineOf(
  entry: Entry | Message,
  room: Room,
  { me, isElsewhere }: { me: string; isElsewhere: boolean },
): Line {
  const { uid, user, ts } = entry;
  const where = isElsewhere && !room.isDirect ? `${room.label} ` : "";
  const begin: Piece[] = [quiet(`${momentOf(ts)} ${where}`)];
  const name: Piece = { text: user, style: uid === me ? "strong" : { of: uid } };
  const to = quiet(room.isDirect ? aside(uid === me, room.title) : "");
  switch (entry.type) {
    case "chat": {
      if (entry.deleted) return [...begin, quiet(`A message of ${user} was deleted.`)];
      const said = saidIn(entry);
      const action = actionIn(said);
      if (action !== null) return [...begin, "* ", name, to, ` ${action}`];
      const spoken: Line = [quiet(answered(entry, room)), `: ${said}`, ...since(entry)];
      return [...begin, name, to, ...spoken];
    }
    case "edited":
      if (entry.deleted) return [...begin, quiet(`${user} changed a message that is deleted now.`)];
      return [...begin, name, quiet(` changed ${named(room, entry.of)} to: `), entry.text];
    case "deleted": {
      const known = room.known(entry.of);
      if (!known || known.uid === uid) return [...begin, quiet(`${user} deleted a message.`)];
      return [...begin, quiet(`${user} removed a message of ${known.user}.`)];
    }
    case "reaction": {
      const did = entry.on ? `reacted ${entry.emoji} to` : `took ${entry.emoji} back from`;
      return [...begin, name, quiet(` ${did} ${named(room, entry.of)}.`)];
    }
    case "topic": {
      const news = { type: "topic" as const, user, text: entry.text };
      return [...begin, quiet(stageSentence({ kind: "told", key: "", ts, news }, false))];
    }
  }
}

/** The first words of a text, in quotation marks. */
export function quote(text: string): string {
  const [line = ""] = text.split("\n");
  const letters = [...line];
  const isCut = letters.length > QUOTED || line !== text;
  return `“${letters.slice(0, QUOTED).join("")}${isCut ? "…" : ""}”`;
}

export function quiet(text: string): Piece {
  return { text, style: "quiet" };
}

function aside(isMine: boolean, other: string): string {
  return isMine ? ` to ${other} alone` : " to you alone";
}

function answered({ replyTo }: Message, room: Room): string {
  if (replyTo === undefined) return "";
  const known = room.known(replyTo);
  return known ? `, to ${known.user} (${quote(known.text)})` : ", to an earlier message";
}

/** What became of it since, where it comes out of the past. */
function since({ editedTs, reactions = [] }: Message): Piece[] {
  const told = reactions.map(({ emoji, count }) => `${emoji} ${count}`);
  if (editedTs !== undefined) told.unshift("changed");
  return told.length === 0 ? [] : [quiet(` (${told.join(", ")})`)];
}

function named(room: Room, seq: number): string {
  const known = room.known(seq);
  return known ? quote(known.text) : "a message";
}
