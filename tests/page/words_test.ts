// Sentences that depend on something.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { ErrorCode } from "../../src/protocol.ts";
import type { Room } from "../../static/model/room.js";
import { timeOf } from "../../static/views/clock.js";
import { failureOf, roomRefusal } from "../../static/views/refusals.js";
import {
  counted,
  listed,
  reactors,
  sentence,
  stageSentence,
  typingSentence,
  writingRefusal,
} from "../../static/views/wording.js";

it("names are listed as one would say them", () => {
  assertEquals(listed([]), "");
  assertEquals(listed(["Ruth"]), "Ruth");
  assertEquals(listed(["Ruth", "Jonas"]), "Ruth and Jonas");
  assertEquals(listed(["Ruth", "Jonas", "Mara"]), "Ruth, Jonas and Mara");
  assertEquals([counted(1, "message"), counted(2, "message")], ["1 message", "2 messages"]);
});

it("who reacted is told by name, oneself first, the others by their number", () => {
  const users = ["Jonas", "Ines", "Mara"].map((user) => ({ uid: user, user }));
  const told = (count: number, mine: boolean, some = users) =>
    reactors({ emoji: "x", count, mine, users: some }, "Ines");
  assertEquals(told(3, true), "You, Jonas and Mara");
  assertEquals(told(5, true), "You, Jonas, Mara and 2 more");
  assertEquals(told(1, false, users.slice(0, 1)), "Jonas");
  // One's own may be one that is not named.
  assertEquals(told(7, true, users.slice(2)), "You, Mara and 5 more");
  assertEquals([told(1, true, []), told(2, false, [])], ["You", "2 reactions"]);
});

it("who is typing is told in one line, however many they are", () => {
  assertEquals(typingSentence([]), "");
  assertEquals(typingSentence(["Ruth"]), "Ruth is typing");
  assertEquals(typingSentence(["Ruth", "Jonas", "Mara"]), "Ruth, Jonas and Mara are typing");
  assertEquals(
    typingSentence(["Ruth", "Jonas", "Mara", "Noor"]),
    "Ruth, Jonas and 2 others are typing",
  );
  // A name written from the right leaves the words about it in their order.
  assertEquals(
    typingSentence(["يوسف", "Ruth", "נועם"]),
    "\u2068يوسف\u2069, Ruth and \u2068נועם\u2069 are typing",
  );
});

it("who came and left is told in short, or with every name", () => {
  const people = (...names: string[]) => new Map(names.map((name) => [name, name]));
  const stage = { kind: "stage", key: "1", ts: 0 } as const;
  const both = { ...stage, came: people("Tadeusz", "Li", "Mara"), left: people("Noor") };
  assertEquals(stageSentence(both, true), "Tadeusz and 2 others came in. Noor left.");
  assertEquals(stageSentence(both, false), "Tadeusz, Li and Mara came in. Noor left.");
  const left = { ...stage, came: people(), left: people("Noor", "Li") };
  assertEquals(stageSentence(left, true), "Noor and Li left.");
});

it("W13 each refusal of a message says what happened and what helps", () => {
  const told = (code: ErrorCode) => {
    const { sentence, cure } = failureOf({ code, message: "the server’s own words" }, 16_384);
    return [sentence, cure];
  };
  assertEquals(told("RATE_LIMITED"), ["Not sent. Too many messages at once.", "retry"]);
  assertEquals(told("NOT_JOINED"), ["Not sent. You are no longer in this room.", "rejoin"]);
  const message = "you may only read in herons";
  assertEquals(
    failureOf({ code: "FORBIDDEN", message }, 0).sentence,
    "Not sent. You may read here, but not write.",
  );
  assertEquals(told("UNAVAILABLE"), ["Not sent. The server could not store it.", "retry"]);
  assertEquals(told("INTERNAL"), ["Not sent. The server could not store it.", "retry"]);
  assertEquals(told("INVALID_FIELD"), [
    "Not sent. It is longer than this server allows (16 KB).",
    "edit",
  ]);
  assertEquals(told("PARSE_ERROR"), ["Not sent. The server’s own words.", "retry"]);
  const gone = { code: "NOT_FOUND" as const, message: "files must be uploaded to the room by …" };
  assertEquals(failureOf(gone, 0), {
    sentence: "Not sent. Its files are no longer on the server.",
    cure: "edit",
  });
  assertEquals(failureOf(undefined, 0).sentence, "Not sent.");
});

it("W5.6 a room that can't be entered says why", () => {
  const told = (code: ErrorCode) => roomRefusal("#herons", { code, message: "not today" });
  assertEquals(told("ROOM_FULL"), ["#herons is full", "Try again later."]);
  assertEquals(told("RATE_LIMITED"), ["Too many tries", "Try again in a moment."]);
  assertEquals(told("NOT_JOINED"), ["You are no longer in #herons", "Not today."]);
  const message = "forbidden";
  assertEquals(roomRefusal("#herons", { code: "NOT_JOINED", message }), [
    "#herons is closed to you",
    "What you may do here has changed.",
  ]);
  assertEquals(told("NOT_FOUND"), ["#herons is private", "Your token does not open it."]);
  assertEquals(told("INTERNAL"), ["#herons can’t be entered", "Not today."]);
  assertEquals(sentence("done!"), "Done!");
});

it("W10.6 W10.8 who had to leave is told by whom, and when", () => {
  const at = new Date(2001, 1, 3, 4, 5).getTime();
  const told = (message: string) =>
    roomRefusal("#herons", { code: "NOT_JOINED", message, by: "Mara", at });
  const who = `By Mara, at ${timeOf(at)}.`;
  assertEquals(told("kicked"), ["You were removed from #herons", who]);
  assertEquals(told("banned"), ["You are banned from #herons", who]);
});

it("W10.3 W10.7 why one may not write is told where one would write", () => {
  const room = { isJoined: true, may: "write" } as Room;
  const mute = { uid: "me", until: null, by: "Mara" };
  assertEquals(writingRefusal(room), "");
  assertEquals(
    writingRefusal({ ...room, may: "read" } as Room, mute),
    "You may read here, but not write.",
  );
  assertEquals(writingRefusal({ ...room, isJoined: false } as Room, mute), "");
  assertEquals(writingRefusal(room, mute), "Mara muted you here.");
  const until = Date.now();
  const ended = `Mara muted you here until ${timeOf(until)}.`;
  assertEquals(writingRefusal(room, { ...mute, until }), ended);
});

it("a time of the server is told by the reader's clock, with its date unless that is today", () => {
  const now = new Date();
  assertEquals(sentence(`until ${now.toISOString()}`), `Until ${timeOf(now.getTime())}.`);
  const then = new Date(2001, 1, 3, 4, 5);
  const told = `Until 3 February 2001, ${timeOf(then.getTime())}.`;
  assertEquals(sentence(`until ${then.toISOString()}`), told);
});
