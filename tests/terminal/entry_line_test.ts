import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { lineOf } from "../../src/terminal/entry_line.ts";
import { Room } from "../../src/terminal/room.ts";

const file = { id: "1".repeat(32), name: "cat.png", type: "image/png", bytes: 9 };
const by = { room: "general", ts: 0, uid: "guest:1", user: "ada" };

describe("a line of the terminal", () => {
  it("has no empty line after a text that ends with a line end, as those of programs do", () => {
    const room = new Room("general", "general", () => {});
    const chat = { ...by, type: "chat" as const, seq: 1, text: "two\nlines\n" };
    const line = lineOf(chat, room, { me: "", isElsewhere: false });
    assertEquals(line.at(-1), ": two\nlines");
  });

  it("W19.6 has the names of a message's files, with a text and without one", () => {
    const room = new Room("general", "general", () => {});
    const told = (text: string) => {
      const chat = { ...by, type: "chat" as const, seq: 1, text, files: [file, file] };
      room.follow(chat);
      return lineOf(chat, room, { me: "", isElsewhere: false });
    };
    assertEquals(told("look").at(-1), ": look [cat.png] [cat.png]");
    assertEquals(told("/me shows").at(-1), " shows [cat.png] [cat.png]");
    assertEquals(told("").at(-1), ": [cat.png] [cat.png]");
    const reply = { ...by, type: "chat" as const, seq: 2, text: "ah", replyTo: 1 };
    const line = lineOf(reply, room, { me: "", isElsewhere: false });
    assertEquals(line.at(-2), { text: ", to ada (“[cat.png] [cat.png]”)", style: "quiet" });
  });
});
