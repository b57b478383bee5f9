import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Memory, SafeStorage } from "../../static/model/memory.js";

class FakeStorage {
  getItem(key: string) {
    return Object.getOwnPropertyDescriptor(this, key)?.value ?? null;
  }
  setItem(key: string, value: string) {
    Object.assign(this, { [key]: value });
  }
  removeItem(key: string) {
    Reflect.deleteProperty(this, key);
  }
}

/** A browser's storage for one test; `broken` ones throw at whatever is done to them. */
function browser({ broken = false } = {}) {
  const names = ["localStorage", "sessionStorage"] as const;
  const before = names.map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const
  );
  const browser = {
    localStorage: new FakeStorage(),
    /** That of the tab in use. */
    sessionStorage: new FakeStorage(),
    broken,
    /** What is there when all tabs are closed. */
    get kept() {
      return { ...this.localStorage } as Record<string, string>;
    },
    [Symbol.dispose]: () =>
      before.forEach(([name, storage]) => Object.defineProperty(globalThis, name, storage)),
  };
  const open = (name: typeof names[number]) => () => {
    if (browser.broken) throw new DOMException("no", "SecurityError");
    return browser[name];
  };
  for (const name of names) {
    Object.defineProperty(globalThis, name, { get: open(name), configurable: true });
  }
  return browser;
}

describe("the storage", () => {
  it("keeps what it is given in the browser", () => {
    using given = browser();
    const storage = new SafeStorage();
    storage.setItem("a", "1");
    assertEquals([storage.getItem("a"), given.kept.a], ["1", "1"]);
    storage.removeItem("a");
    assertEquals([storage.getItem("a"), given.kept], [null, {}]);
  });

  it("lasts as long as the page where the browser keeps nothing", () => {
    using _ = browser({ broken: true });
    const storage = new SafeStorage();
    assertEquals(storage.getItem("a"), null);
    storage.setItem("a", "1");
    assertEquals(storage.getItem("a"), "1");
    storage.removeItem("a");
    assertEquals(storage.getItem("a"), null);
  });

  it("goes by what was written last when the browser keeps things only at times", () => {
    using given = browser();
    const storage = new SafeStorage();
    storage.setItem("a", "old");
    given.broken = true;
    storage.setItem("a", "new");
    given.broken = false;
    assertEquals(storage.getItem("a"), "new");
    storage.setItem("a", "newest");
    assertEquals([storage.getItem("a"), given.kept.a], ["newest", "newest"]);
  });
});

describe("what is being written", () => {
  const DRAFT = "snug:draft.general:chat.example";

  /** A tab is opened; what is done in it is done with what it keeps. */
  function openTab(browser: { sessionStorage: FakeStorage }) {
    const ofTab = new FakeStorage();
    const there = <T>(work: () => T): T => {
      browser.sessionStorage = ofTab;
      return work();
    };
    let storage = there(() => new SafeStorage());
    return {
      get: () => there(() => storage.getItem(DRAFT)),
      set: (text: string) => there(() => storage.setItem(DRAFT, text)),
      clear: () => there(() => storage.removeItem(DRAFT)),
      reloaded: () =>
        there(() => {
          storage = new SafeStorage();
          return storage.getItem(DRAFT);
        }),
    };
  }

  it("is each tab's own, also over a reload, and what was written last is left", () => {
    using given = browser();
    const one = openTab(given);
    const other = openTab(given);
    one.set("one");
    assertEquals([other.get(), other.reloaded()], [null, null]);
    other.set("other");
    assertEquals([one.get(), one.reloaded(), given.kept[DRAFT]], ["one", "one", "other"]);
    one.set("one more");
    assertEquals(given.kept[DRAFT], "one more");
    other.clear();
    assertEquals([other.reloaded(), one.reloaded()], [null, "one more"]);
    assertEquals(given.kept[DRAFT], "one more");
    one.clear();
    assertEquals([one.reloaded(), other.reloaded(), given.kept], [null, null, {}]);
  });

  it("is taken over by a tab when it is opened, which may clear it, but not what came after", () => {
    using given = browser();
    const one = openTab(given);
    one.set("one");
    const other = openTab(given);
    const third = openTab(given);
    assertEquals([other.get(), third.get()], ["one", "one"]);
    one.set("one more");
    other.clear();
    assertEquals([other.reloaded(), one.get(), given.kept[DRAFT]], [null, "one more", "one more"]);
    third.set("one more");
    third.clear();
    assertEquals([one.reloaded(), third.reloaded(), given.kept], ["one more", null, {}]);
  });

  it("is as each tab wants it where the browser keeps nothing", () => {
    using _ = browser({ broken: true });
    const [one, other] = [new SafeStorage(), new SafeStorage()];
    one.setItem(DRAFT, "one");
    assertEquals([one.getItem(DRAFT), other.getItem(DRAFT)], ["one", null]);
    one.removeItem(DRAFT);
    assertEquals(one.getItem(DRAFT), null);
  });
});

describe("the memory", () => {
  it("keeps each value under a name of its own, and forgets empty ones", () => {
    using given = browser();
    const memory = new Memory(new SafeStorage());
    assertEquals([memory.name, memory.token, memory.rooms, memory.hidesPeople], [
      "",
      "",
      [],
      false,
    ]);
    memory.name = "Ines";
    memory.token = "t";
    memory.hidesPeople = true;
    const again = new Memory(new SafeStorage());
    assertEquals([again.name, again.token, again.hidesPeople], ["Ines", "t", true]);
    memory.name = memory.token = "";
    memory.hidesPeople = false;
    assertEquals(given.kept, {});
  });

  it("lists rooms once, the one last looked at first, and at most thirty", () => {
    using _ = browser();
    const memory = new Memory(new SafeStorage());
    for (const room of ["a", "b", "a"]) memory.openRoom(room);
    assertEquals(memory.rooms, ["a", "b"]);
    for (let i = 0; i < 40; i++) memory.openRoom(`room-${i}`);
    assertEquals([memory.rooms.length, memory.rooms[0]], [30, "room-39"]);
  });

  it("keeps which rooms are quiet", () => {
    using _ = browser();
    const memory = new Memory(new SafeStorage());
    memory.keepQuiet("general", true);
    assertEquals([memory.isQuiet("general"), memory.isQuiet("random")], [true, false]);
    memory.keepQuiet("general", false);
    assertEquals(memory.isQuiet("general"), false);
  });

  it("puts a room that somebody else opened last", () => {
    using _ = browser();
    const memory = new Memory(new SafeStorage());
    for (let room = 0; room < 30; room++) memory.openRoom(`${room}`);
    memory.openRoom("@a,b", "last");
    assertEquals([memory.rooms.length, memory.rooms[0], memory.rooms.at(-1)], [30, "29", "@a,b"]);
  });
});
