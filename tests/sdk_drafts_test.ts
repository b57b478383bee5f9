import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { byteLength } from "../static/sdk/frames.js";
import { FakeServer, settle, WELCOME } from "./harness/fake_server.ts";

describe("sdk drafts", () => {
  it("survive the page where there is a storage, for each room and server its own", () => {
    using server = new FakeServer();
    const { storage } = server;
    const chat = server.connect({ storage });
    const direct = "@guest:1,guest:2";
    chat.keepDraft("general", "begun\n");
    chat.keepDraft("cafe\u0301", "coffee");
    chat.keepDraft(direct, "for you alone");
    assertEquals([chat.draft("general"), chat.draft("random")], ["begun\n", ""]);
    const next = server.connect({ storage });
    assertEquals(["general", "caf\u00e9", direct, "random"].map((room) => next.draft(room)), [
      "begun\n",
      "coffee",
      "for you alone",
      "",
    ]);
    const elsewhere = server.connect({ storage }, "https://other.example");
    assertEquals(elsewhere.draft("general"), "");
    for (const room of ["general", "café", direct]) next.keepDraft(room, "");
    assertEquals([next.draft("general"), [...server.stored]], ["", []]);
  });

  it("last as long as the chat where there is no storage, or it fails or holds rubbish", () => {
    using server = new FakeServer();
    const fail = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    for (const options of [{}, { storage: { getItem: fail, setItem: fail, removeItem: fail } }]) {
      const chat = server.connect(options);
      assertEquals(chat.draft("general"), "");
      chat.keepDraft("general", "begun");
      assertEquals(chat.draft("general"), "begun");
      chat.keepDraft("general", "");
      assertEquals(chat.draft("general"), "");
    }
    server.stored.set("snug:draft.general:chat.example", "{}");
    server.stored.set("snug:draft.random:chat.example", "{");
    const chat = server.connect({ storage: server.storage });
    assertEquals([chat.draft("general"), chat.draft("random")], ["", ""]);
  });

  it("W2.1 tells how much longer a text may be: what it lets through is sent", async () => {
    using server = new FakeServer();
    const chat = server.connect();
    assertEquals(chat.bytesLeft("general", "x".repeat(1e6)), Infinity);
    await server.welcome({ limits: { ...WELCOME.limits, messageBytes: 1024 } });
    const promise = chat.join("general");
    await server.join(server.socket);
    await promise;
    const empty = chat.bytesLeft("general", "");
    assert(empty > 800 && empty < 1024, `${empty}`);
    // As it goes over the wire: an é is two bytes, a line break is written with two.
    assertEquals(chat.bytesLeft("general", "aé\n"), empty - 5);
    assertEquals(chat.bytesLeft("general", "x".repeat(empty + 1)), -1);
    chat.say("general", "x".repeat(empty), { replyTo: 999_999_999 });
    await settle();
    const [sent] = server.socket.frames.splice(-1);
    assert(byteLength(`${sent}`) <= 1024);
    assertEquals(chat.unsent.map(({ status }) => status), ["waiting"]);
    chat.say("general", "x".repeat(empty + 100));
    assertEquals(chat.unsent.map(({ status }) => status), ["waiting", "failed"]);
  });
});
