// What is measured, and with which load.

/** What the generator does; a message goes to all of a room. */
export interface Load {
  connections: number;
  rooms: number;
  senders?: number;
  /** Messages in flight, in all; then as fast as they come back. */
  window?: number;
  /** After that, the latency at half of the rate reached. */
  half?: true;
  /** Messages per second, one rate after the other. */
  rates?: number[];
  /** So many messages and no more. */
  count?: number;
  /** Where a server acknowledges, its acks are what is counted and timed. */
  countsAcks?: true;
  /** How long nothing happens after the join. */
  idleSeconds?: number;
}

/** What a scenario's table is about. */
export type Kind = "deliveries" | "acks" | "rates" | "joins" | "replay" | "memory" | "start";

export interface Scenario {
  name: string;
  kind: Kind;
  load: Load;
  /** The only servers beside the control row. */
  servers?: string[];
  /** Messages that a server with a log has in it before, sent over so many rooms. */
  log?: { rooms: number; messages: number };
}

/** The control row, which is always measured. */
export const CONTROL = "Deno loop";

/** Where it makes no difference whether a client is plain. */
const ONCE = [
  "Node ws",
  "Socket.IO",
  "Bun publish",
  "nats-server",
  "Snug",
  "Snug ws",
  "Snug memory",
];

const room = (members: number, window: number): Load => ({
  connections: members,
  rooms: 1,
  senders: 100,
  window,
  half: true,
});

export const SCENARIOS: Scenario[] = [
  { name: "room of 100", kind: "deliveries", load: room(100, 400) },
  { name: "room of 1,000", kind: "deliveries", load: room(1000, 100) },
  { name: "room of 5,000", kind: "deliveries", load: room(5000, 100) },
  {
    name: "1,000 rooms of 5",
    kind: "deliveries",
    load: { connections: 5000, rooms: 1000, senders: 5000, window: 1000, half: true },
  },
  {
    name: "fixed rates into a room of 1,000",
    kind: "rates",
    load: { connections: 1000, rooms: 1, senders: 100, rates: [10, 100, 1000] },
  },
  {
    name: "durable acks to 100 senders",
    kind: "acks",
    load: {
      connections: 100,
      rooms: 100,
      senders: 100,
      window: 2000,
      half: true,
      countsAcks: true,
    },
    servers: ["Snug", "Snug ws", "Snug memory"],
  },
  {
    name: "connect and join",
    kind: "joins",
    load: { connections: 5000, rooms: 1000 },
  },
  {
    name: "join with a replay of 1,000 messages",
    kind: "replay",
    load: { connections: 1000, rooms: 1 },
    servers: ["Snug", "Snug plain", "Snug ws"],
    log: { rooms: 1, messages: 1000 },
  },
  {
    name: "idle memory at 10,000 connections",
    kind: "memory",
    load: { connections: 10_000, rooms: 2000, idleSeconds: 3 },
    servers: ONCE,
  },
  { name: "start", kind: "start", load: { connections: 1, rooms: 1 }, servers: ONCE },
  {
    name: "start with 200,000 messages",
    kind: "start",
    load: { connections: 1, rooms: 1 },
    servers: ["Snug", "Snug ws"],
    log: { rooms: 1000, messages: 200_000 },
  },
];
