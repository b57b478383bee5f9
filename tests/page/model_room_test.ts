import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import { type Joined, Room } from "../../static/model/room.js";

const ME = { uid: "me", user: "Ines" };
const RUTH = { uid: "ruth", user: "Ruth" };
const MARA = { uid: "mara", user: "Mara" };

function entry(seq: number): Entry {
  return {
    type: "chat",
    room: "herons",
    seq,
    ts: seq,
    uid: "ruth",
    user: "Ruth",
    text: "hi",
  } as Entry;
}

/** An answer to a join of a room with so many entries, of which the newest two come along. */
function joined(seq: number, rest: Partial<Joined & { resumed: boolean }> = {}) {
  const messages = Array.from(
    { length: Math.min(seq, 2) },
    (_, index) => entry(seq - Math.min(seq, 2) + 1 + index),
  );
  return {
    type: "joined",
    room: "herons",
    epoch: "e1",
    seq,
    first: 1,
    topic: "Birds",
    count: 1,
    members: [ME],
    messages,
    may: "write",
    read: 0,
    gap: false,
    more: seq > 2,
    resumed: false,
    ...rest,
  } as Joined & { resumed: boolean };
}

function room(): Room {
  return new Room("herons", () => {});
}

/** Who came and left, as the log tells it. */
function told({ timeline }: Room): string[] {
  return timeline.lines.flatMap((line) =>
    line.kind === "stage" ? [`+${[...line.came.values()]} -${[...line.left.values()]}`] : []
  );
}

describe("a room", () => {
  it("W10.11 counts what others said after the marker, and begins to where they did", () => {
    const own = (seq: number) => ({ ...entry(seq), ...ME });
    const herons = room();
    const messages = [entry(1), own(2), entry(3), own(4), entry(5)];
    herons.join(joined(5, { messages, read: 1, more: false }), "me");
    herons.markUnread();
    assertEquals([herons.unread, herons.unreadLine], [2, { after: 2, count: 2 }]);
    // What is not held between the marker and the page may be from others.
    const later = room();
    later.join(joined(7, { messages: [own(7)], read: 4, more: true }), "me");
    assertEquals([later.read, later.unread], [4, 3]);
  });

  it("W5.1 takes its topic, its people and its newest page from the answer to a join", () => {
    const herons = room();
    herons.join(joined(7, { members: [ME, RUTH], count: 2 }));
    assertEquals([herons.topic, herons.count, herons.isJoined], ["Birds", 2, true]);
    assertEquals([...herons.members.values()], ["Ines", "Ruth"]);
    assertEquals([herons.timeline.from, herons.timeline.to], [6, 7]);
  });

  it("that was never read has nothing unread, whatever was said in it", () => {
    const herons = room();
    assertEquals(herons.unread, 0);
    herons.join(joined(7));
    assertEquals(herons.unread, 0);
    herons.timeline.add(entry(8), false);
    assertEquals(herons.unread, 1);
  });

  it("that was read before has unread what came since, and all of it stands below one line", () => {
    const herons = room();
    herons.join(joined(7, { read: 4 }));
    assertEquals(herons.unread, 3);
    herons.markUnread();
    assertEquals(herons.unreadLine, { after: 4, count: 3 });
    herons.read = 7;
    herons.markUnread();
    assertEquals(herons.unreadLine, null);
  });

  it("W10.11 counts messages as unread, and not what became of them", () => {
    const herons = room();
    herons.join(joined(7, { read: 6 }));
    herons.timeline.add({ ...entry(8), type: "edited", of: 7, text: "ho" } as Entry, false);
    herons.timeline.add(entry(9), false);
    assertEquals(herons.unread, 2);
    herons.timeline.add({ ...entry(10), type: "deleted", of: 9 } as Entry, false);
    assertEquals(herons.unread, 1);
  });

  it("W14.1 with a log of another epoch was never read, and nobody wants all of it counted", () => {
    const herons = room();
    herons.join(joined(7, { read: 4 }));
    herons.join(joined(5, { epoch: "e2" }));
    assertEquals([herons.read, herons.unread], [5, 0]);
  });

  it("W5.4 that starts over keeps how far it was read", () => {
    const herons = room();
    herons.join(joined(7));
    herons.join(joined(9, { read: 4 }));
    assertEquals([herons.read, herons.unread], [7, 2]);
    herons.join(joined(9, { read: 8 }));
    assertEquals([herons.read, herons.unread], [8, 1]);
  });

  it("W10.11 of two is unread from its first entry on, and tells no comings and goings", () => {
    const direct = new Room("@mara,me", () => {});
    direct.join(joined(7, { room: "@mara,me" }));
    assertEquals([direct.unread, direct.isDirect, room().isDirect], [7, true, false]);
    direct.presence(
      { type: "presence", room: "@mara,me", joined: [MARA], left: [], count: 2 },
      "me",
    );
    assertEquals(told(direct), []);
    direct.title = "Mara";
    assertEquals([direct.label, room().label], ["Mara", "#herons"]);
  });

  it("W9.1 W10.7 knows who moderates, and which mutes are in force", () => {
    const herons = room();
    const muted = [{ uid: "me", until: Date.now() + 60_000, by: "Ruth" }];
    const members = [ME, { ...RUTH, moderates: true as const }];
    herons.join(joined(2, { may: "read", muted, members }));
    assertEquals([herons.may, [...herons.moderators], herons.muteOf("me")?.by], [
      ...["read", ["ruth"], "Ruth"],
    ]);
    assertEquals(herons.muteOf("ruth"), undefined);
    herons.mute({ uid: "me", until: 0, by: "Ruth" });
    assertEquals(herons.muteOf("me"), undefined);
    herons.mute({ uid: "me", until: null, by: "Ruth" });
    assertEquals(herons.muteOf("me")?.until, null);
  });

  it("W5.3 that is resumed keeps its log: what was missed follows as entries", () => {
    const herons = room();
    herons.join(joined(2));
    herons.join(joined(3, { resumed: true, messages: [entry(3)], members: [RUTH] }));
    assertEquals(herons.timeline.to, 2);
    assertEquals([...herons.members.keys()], ["ruth"]);
  });

  it("W9.3 tells who came and left, but not oneself", () => {
    const herons = room();
    herons.join(joined(2));
    const presence = { type: "presence", room: "herons" } as const;
    herons.presence({ ...presence, joined: [ME, RUTH, MARA], left: [], count: 3 }, "me");
    assertEquals([told(herons), herons.count], [["+Ruth,Mara -"], 3]);
    herons.timeline.add(entry(3), false);
    herons.presence({ ...presence, joined: [], left: [RUTH], count: 2 }, "me");
    assertEquals(told(herons), ["+Ruth,Mara -", "+ -Ruth"]);
    assertEquals([...herons.members.values()], ["Ines", "Mara"]);
  });

  it("W9.3 does not tell what one saw on coming in already", () => {
    const herons = room();
    herons.join(joined(2, { members: [ME, RUTH], count: 2 }));
    const presence = { type: "presence", room: "herons" } as const;
    herons.presence({ ...presence, joined: [RUTH], left: [MARA], count: 2 }, "me");
    assertEquals(told(herons), []);
  });

  it("W9.3 of more than fifty tells only how many there are", () => {
    const herons = room();
    herons.join(joined(2));
    const presence = { type: "presence", room: "herons" } as const;
    herons.presence({ ...presence, joined: [RUTH], left: [], count: 51 }, "me");
    assertEquals([told(herons), herons.count], [[], 51]);
    assertEquals(herons.members.has("ruth"), true);
  });

  it("W10.2 forgets that somebody types when they leave", () => {
    const herons = room();
    herons.join(joined(2, { members: [ME, RUTH] }));
    herons.typists.hear({ ...RUTH, on: true });
    assertEquals(herons.typists.names, ["Ruth"]);
    herons.presence({ type: "presence", room: "herons", joined: [], left: [RUTH], count: 1 }, "me");
    assertEquals(herons.typists.names, []);
  });
});
