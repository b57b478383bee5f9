import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Memory, SafeStorage } from "../../static/model/memory.js";

/** A browser's storage for one test; `broken` ones throw at whatever is done to them. */
function browser({ broken = false } = {}) {
  const kept = new Map<string, string>();
  const ofTab = new Map<string, string>();
  const use = <T>(value: T): T => {
    if (browser.broken) throw new DOMException("no", "QuotaExceededError");
    return value;
  };
  const fake = (map: () => Map<string, string>) => ({
    getItem: (key: string) => use(map().get(key) ?? null),
    setItem: (key: string, value: string) => void use(map().set(key, value)),
    removeItem: (key: string) => void use(map().delete(key)),
  });
  const storages = { localStorage: fake(() => kept), sessionStorage: fake(() => browser.ofTab) };
  const before = Object.keys(storages).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const
  );
  for (const [name, value] of Object.entries(storages)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const restore = () =>
    before.forEach(([name, storage]) => Object.defineProperty(globalThis, name, storage));
  /** The tab that `ofTab` belongs to is the one in use. */
  const browser = { kept, ofTab, broken, [Symbol.dispose]: () => void restore() };
  return browser;
}

describe("the storage", () => {
  it("keeps what it is given in the browser", () => {
    using given = browser();
    const storage = new SafeStorage();
    storage.setItem("a", "1");
    assertEquals([storage.getItem("a"), given.kept.get("a")], ["1", "1"]);
    storage.removeItem("a");
    assertEquals([storage.getItem("a"), given.kept.size], [null, 0]);
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
    assertEquals([storage.getItem("a"), given.kept.get("a")], ["newest", "newest"]);
  });
});

describe("what is being written", () => {
  const DRAFT = "snug:draft.general:chat.example";
  /** Two tabs of a browser; what is done in one is done with what that tab keeps. */
  function tabs(browser: { ofTab: Map<string, string> }) {
    return [0, 1].map(() => {
      const ofTab = new Map<string, string>();
      const storage = new SafeStorage();
      const there = <T>(work: () => T): T => {
        browser.ofTab = ofTab;
        return work();
      };
      return {
        get: () => there(() => storage.getItem(DRAFT)),
        set: (text: string) => there(() => storage.setItem(DRAFT, text)),
        clear: () => there(() => storage.removeItem(DRAFT)),
        reloaded: () => there(() => new SafeStorage().getItem(DRAFT)),
      };
    }) as [Tab, Tab];
  }
  type Tab = {
    get(): string | null;
    set(text: string): void;
    clear(): void;
    reloaded(): string | null;
  };

  it("is each tab's own, and what another has left stays", () => {
    using given = browser();
    const [one, other] = tabs(given);
    assertEquals([one.get(), other.get()], [null, null]);
    one.set("one");
    other.set("other");
    assertEquals([one.reloaded(), other.reloaded(), given.kept.get(DRAFT)], [
      "one",
      "other",
      "one",
    ]);
    other.clear();
    assertEquals([one.reloaded(), given.kept.get(DRAFT)], ["one", "one"]);
    one.set("one more");
    assertEquals(given.kept.get(DRAFT), "one more");
    one.clear();
    assertEquals([one.reloaded(), other.reloaded(), given.kept.size], [null, null, 0]);
  });

  it("is taken over by a tab that has none, which may clear it, but not what came after", () => {
    using given = browser();
    const [one, other] = tabs(given);
    one.set("one");
    assertEquals(other.get(), "one");
    one.set("one more");
    other.clear();
    assertEquals([one.reloaded(), given.kept.get(DRAFT)], ["one more", "one more"]);
    assertEquals(other.get(), "one more");
    other.clear();
    assertEquals([one.reloaded(), given.kept.size], ["one more", 0]);
    one.set("one again");
    assertEquals(given.kept.get(DRAFT), "one again");
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
    assertEquals([...given.kept], []);
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
