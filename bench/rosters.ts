// What it takes to know who is elsewhere: memory of the rosters that an instance keeps of the others, for each
// user (docs/SCALING.md). `deno run --v8-flags=--expose-gc bench/rosters.ts`
import { Rosters } from "../src/instances/rosters.ts";
import type { RoomName, UserId } from "../src/protocol.ts";

const USERS = 200_000;
const INSTANCES = 10;
const ROOMS_EACH = 3;
const MEMBERS = 50;

const used = () => {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed;
};

const before = used();
const rosters = new Rosters();
const begin = performance.now();
for (let user = 0; user < USERS; user++) {
  const roster = rosters.at(`instance${user % INSTANCES}`, 0);
  const uid = `guest:${crypto.randomUUID()}` as UserId;
  roster.put(uid, { user: `somebody-${user}`, since: Date.now(), isAdmin: false });
  for (let room = 0; room < ROOMS_EACH; room++) {
    const name = `room-${(user * ROOMS_EACH + room) % (USERS * ROOMS_EACH / MEMBERS)}` as RoomName;
    roster.enter(name, uid, false);
  }
}
const took = performance.now() - begin;
const bytes = (used() - before) / USERS;
console.log(
  `${USERS} users on ${rosters.size} other instances, each in ${ROOMS_EACH} rooms of ${MEMBERS}: ` +
    `${Math.round(bytes)} bytes and ${(took * 1000 / USERS).toFixed(1)} µs for each`,
);
