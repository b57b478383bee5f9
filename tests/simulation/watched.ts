// What a session may ask of the hub, and when (W6.1).
import { isDirect } from "../../src/direct_name.ts";
import type { Hub } from "../../src/hub.ts";
import type { RoomName } from "../../src/protocol.ts";
import type { Pair } from "./pair.ts";

/** The hub as one session sees it: whatever reads for an answer must have the space (W6.1). */
export function watched(hub: Hub, pair: Pair, violated: (what: string) => void): Hub {
  const { outboxBytes } = hub.settings;
  const begun = (what: string) => {
    const most = outboxBytes / 4;
    const live = pair.served?.session.outbox.bytes ?? 0;
    if (Math.max(live, pair.buffered) < most) return;
    violated(`W6.1: ${pair.name} begins ${what} with ${live} and ${pair.buffered} bytes waiting`);
  };
  const watch = <T extends object>(target: T, names: string[], also: Partial<T> = {}): T =>
    new Proxy(target, {
      get: (_, name) => {
        if (names.includes(String(name))) begun(String(name));
        if (name in also) return also[name as keyof T];
        const value = target[name as keyof T];
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const store = watch(hub.store, ["active"]);
  const openRoom = async (name: RoomName) => {
    const isJoin = !(isDirect(name) && pair.rules?.asks("direct"));
    if (isJoin) begun("a join");
    const room = await hub.openRoom(name);
    if (room && isJoin) pair.rules?.holds(name, room.head.seq);
    return room;
  };
  return watch(hub, [], { store, openRoom });
}
