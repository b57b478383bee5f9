// What the pictures show: a morning at a harbour radio, as lines of an archive (`snug import`).
// It knows nothing of how they are taken.
import type { RoomLine } from "../src/store/sqlite_archive.ts";

/** Everybody's uid, by name; the colour of a name comes of it. */
export const PEOPLE = {
  Ines: "u-1",
  Mara: "u-2",
  Ruth: "u-3",
  Jonas: "u-4",
  Yusuf: "u-5",
  Tadeusz: "u-6",
  "Li Wei": "u-7",
  Adaeze: "u-8",
  "Wilhelmina van der Straaten": "u-9",
} as const;
type Name = keyof typeof PEOPLE;

/** How far Ines has read before she looks. */
export const READ = { general: 9, "on-air": 2, transmitter: 1 };

const GENERAL: [time: string, name: Name, line: string | Record<string, unknown>][] = [
  ["09:12", "Ruth", "Morning. The nine o’clock went out late: Newhaven dropped again."],
  ["09:12", "Ruth", "I kept the log, if anyone wants it."],
  ["09:14", "Jonas", {
    type: "chat",
    text:
      "It is the proxy, not the line. It closes a quiet socket after 60 s:\n```\nproxy_pass http://127.0.0.1:8000;\nproxy_read_timeout 1h;\n```",
    replyTo: 1,
  }],
  ["09:15", "Ines", { type: "reaction", of: 3, emoji: "🎉", on: true }],
  ["09:15", "Ruth", { type: "reaction", of: 3, emoji: "🎉", on: true }],
  ["09:16", "Li Wei", { type: "reaction", of: 3, emoji: "🔧", on: true }],
  ["09:20", "Tadeusz", "/me puts the kettle on."],
  ["09:31", "Yusuf", "صباح الخير. سأكون في الاستوديو عند العاشرة مع الضيف، ومعي نسخة من البرنامج."],
  [
    "09:33",
    "Mara",
    "@Ines can you take the ten o’clock? Yusuf’s guest is early and I am on the ferry.",
  ],
  [
    "09:44",
    "Wilhelmina van der Straaten",
    "New feed is `rtp://10.0.4.2:5004`, tested from the pier.",
  ],
  ["09:44", "Wilhelmina van der Straaten", {
    type: "edited",
    of: 10,
    text: "New feed is `rtp://10.0.4.2:5004`, tested from the van.",
  }],
  ["09:45", "Tadeusz", "Which van?"],
  ["09:45", "Tadeusz", { type: "deleted", of: 12 }],
  ["09:46", "Li Wei", "The **white** one, behind the net loft. Keys are with Adaeze."],
  ["09:47", "Li Wei", { type: "reaction", of: 9, emoji: "👀", on: true }],
  [
    "09:47",
    "Jonas",
    "> Keys are with Adaeze.\nThen the running order is settled: https://chat.harbour.example/r/on-air/4182",
  ],
];

/** The rooms' logs, said on this day. */
export function morning(day: string): string {
  const at = (time: string) => new Date(`${day}T${time}:00`).getTime();
  const begin = (room: string, topic: string): RoomLine => (
    { type: "room", room: room as RoomLine["room"], first: 1, ts: 0, topic }
  );
  const said = (room: string, lines: typeof GENERAL) =>
    lines.map(([time, name, line], index) => ({
      ...(typeof line === "string" ? { type: "chat", text: line } : line),
      room,
      seq: index + 1,
      ts: at(time),
      uid: PEOPLE[name],
      user: name,
    }));
  const lines = [
    begin("general", "Day to day. Rota and running orders live in #on-air"),
    ...said("general", GENERAL),
    begin("on-air", "Running orders"),
    ...said("on-air", [
      ["08:02", "Mara", "Tide at ten past."],
      ["08:03", "Ines", "Noted."],
      ["09:36", "Mara", "@Ines the ten o’clock is yours then."],
      ["09:38", "Ruth", "@Ines the proxy has its hour now."],
    ]),
    begin("transmitter", "Mast 2"),
    ...said("transmitter", [
      ["08:30", "Jonas", "Mast 2 is quiet."],
      ["09:05", "Jonas", "The proxy at mast 2 answered in 4,120 ms, usual is 18 ms."],
      ["09:06", "Jonas", "That is the heron again, not the proxy. It sits on the dish."],
    ]),
    begin("herons", "Sightings only. No discussion of the dish."),
  ];
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
