import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Memory, SafeStorage } from "../../static/model/memory.js";

/** A browser's storage for one test; `broken` ones throw at whatever is done to them. */
function browser({ broken = false } = {}) {
  const kept = new Map<string, string>();
  const use = <T>(value: T): T => {
    if (browser.broken) throw new DOMException("no", "QuotaExceededError");
    return value;
  };
  const fake = {
    getItem: (key: string) => use(kept.get(key) ?? null),
    setItem: (key: string, value: string) => void use(kept.set(key, value)),
    removeItem: (key: string) => void use(kept.delete(key)),
  };
  const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage")!;
  Object.defineProperty(globalThis, "localStorage", { value: fake, configurable: true });
  const restore = () => Object.defineProperty(globalThis, "localStorage", before);
  const browser = { kept, broken, [Symbol.dispose]: () => void restore() };
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
