// What is measured, and with which load.

export interface Scenario {
  name: string;
  /** What the figure is, for the table's heading. */
  measures: "deliveries" | "connections" | "memory";
  connections: number;
  rooms: number;
  senders: number;
  /** Messages in flight, in all. */
  window: number;
  /** Beside the control row and Snug; empty: all that there are. */
  servers?: string[];
}

export const SCENARIOS: Scenario[] = [
  {
    name: "room of 100",
    measures: "deliveries",
    connections: 100,
    rooms: 1,
    senders: 100,
    window: 400,
  },
  {
    name: "room of 1,000",
    measures: "deliveries",
    connections: 1000,
    rooms: 1,
    senders: 100,
    window: 100,
  },
  {
    name: "room of 5,000",
    measures: "deliveries",
    connections: 5000,
    rooms: 1,
    senders: 100,
    window: 100,
  },
  {
    name: "1,000 rooms of 5",
    measures: "deliveries",
    connections: 5000,
    rooms: 1000,
    senders: 5000,
    window: 1000,
  },
  {
    name: "acks to 100 senders",
    measures: "deliveries",
    connections: 100,
    rooms: 100,
    senders: 100,
    window: 2000,
    servers: ["loop", "snug", "snug memory"],
  },
  {
    name: "connect and join",
    measures: "connections",
    connections: 5000,
    rooms: 1000,
    senders: 0,
    window: 0,
  },
  {
    name: "idle memory, KiB",
    measures: "memory",
    connections: 10000,
    rooms: 2000,
    senders: 0,
    window: 0,
  },
];
