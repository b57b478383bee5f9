// What kind of world a schedule plays in: how many people and rooms, which limits, how much breaks.
import type { HubSettings } from "../../src/hub.ts";
import type { RoomName } from "../../src/protocol.ts";
import type { Dice } from "./dice.ts";

export interface Profile {
  steps: number;
  /** Servers over one Redis; one: over a store of its own. */
  instances: number;
  people: number;
  /** How many of ten speak plain. */
  plain: number;
  rooms: readonly RoomName[];
  maxUnsent: number;
  /** Characters of the longest text. */
  maxText: number;
  /** How much is said and asked, and how fast the store is, where 1 is much and fast. */
  haste: number;
  diskPace: number;
  /** How fast instances are told what others did. */
  newsPace: number;
  /** The log is SQLite's, else the one in memory. */
  isSqlite: boolean;
  /** The store answers at once, as one in memory does. */
  isPrompt: boolean;
  /** Somebody may do everything, and does. */
  isModerated: boolean;
  /** Retention takes old entries now and then. */
  isCut: boolean;
  /** The transport can cut a connection. */
  canAbort: boolean;
  faults: { net: number; store: number; life: number };
  settings: HubSettings;
}

/** Everything a schedule may differ in from another. */
export function drawProfile(dice: Dice): Profile {
  const isGiant = dice.chance(0.03);
  const outboxBytes = isGiant
    ? 1_048_576
    : dice.pick([4096, 4096, 10_000, 70_000, 300_000, 1_048_576]);
  const maxText = isGiant
    ? 200_000
    : Math.min(outboxBytes / 4 | 0, dice.pick([20, 20, 200, 1000, 3000, 12_000]));
  const isTight = dice.chance(0.15);
  const [heartbeatMs, heartbeatGraceMs] = dice.pick([[25_000, 10_000], [25_000, 10_000], [
    3000,
    1000,
  ]]);
  const [messagesPerSecond, burst] = dice.pick([[5, 20], [5, 20], [100, 400], [2, 3]]);
  return {
    instances: dice.chance(0.33) ? dice.pick([2, 2, 3]) : 1,
    steps: isGiant ? 150 : dice.pick([150, 300, 500]),
    people: dice.pick([2, 3, 4, 6]),
    plain: dice.pick([0, 3, 5]),
    rooms: ["lobby", "den", "attic", "yard"].slice(0, dice.pick([1, 2, 2, 4])),
    maxUnsent: dice.pick([3, 10_000]),
    maxText,
    diskPace: dice.pick([1, 1, 1, 0.05]),
    newsPace: dice.pick([1, 1, 0.1, 0.03]),
    haste: dice.pick([0.3, 0.6, 1]),
    isSqlite: dice.chance(0.3),
    isPrompt: dice.chance(0.15),
    canAbort: dice.chance(0.5),
    isModerated: dice.chance(0.4),
    isCut: dice.chance(0.3),
    faults: {
      net: dice.pick([0, 1, 1, 3]),
      store: dice.pick([0, 1, 3]),
      life: dice.pick([0, 1, 1, 2]),
    },
    settings: {
      limits: {
        messageBytes: isGiant ? 250_000 : 16_384,
        fileBytes: 10_485_760,
        rooms: isTight ? dice.pick([1, 2]) : 50,
        messagesPerSecond: messagesPerSecond!,
        burst: burst!,
        historyPage: dice.pick([1, 3, 10, 50]),
        resume: dice.pick([2, 8, 1000]),
      },
      version: "1.2.3",
      rooms: dice.pick([[], ["lobby"]]),
      joinPolicy: "open",
      maxRooms: isTight ? dice.pick([1, 3]) : 10_000,
      maxRoomMembers: isTight ? dice.pick([2, 4]) : 10_000,
      outboxBytes,
      heartbeatMs: heartbeatMs!,
      heartbeatGraceMs: heartbeatGraceMs!,
      presenceGraceMs: dice.pick([500, 10_000]),
    },
  };
}
