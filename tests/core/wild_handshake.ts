// Upgrades that are not quite what RFC 6455 wants: lines left out, doubled, cut and given to each
// other, and now and then a bit turned over. The dice decide all of it.
import { HANDSHAKE } from "../harness/raw.ts";
import type { Dice } from "../simulation/dice.ts";

const METHODS = ["GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "get", "PRI", "CONNECT", ""];
const PATHS = [
  ...["/ws", "/ws", "/ws/echo", "/ws/chat/general", "/ws/chat/%ff", "/ws/chat/", "/", "//ws", "ws"],
  ...["/ws?username=%00", "/ws?username=a&username=b", "/ws?token=%", "/ws?heartbeat=off#x", "*"],
  ...["/api/session", "http://elsewhere.example/ws", `/ws?${"x".repeat(9000)}`, "/ws/../ws", ""],
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.1 x", ""];
/** More lines that change what a request is. */
const MORE = [
  ...[
    "content-length: 5",
    "content-length: -1",
    "transfer-encoding: chunked",
    "expect: 100-continue",
  ],
  ...["origin: null", "origin: https://elsewhere.example", "origin: http://[", "cookie: snug=x;;="],
  ...["sec-websocket-protocol: snug.v1, auth.", "sec-websocket-protocol: snug.v1,,snug.v1"],
  ...["sec-websocket-protocol: auth.%", "sec-websocket-extensions: permessage-deflate"],
  ...["authorization: Bearer", "authorization: Bearer a.b.c", "authorization: Basic \u00ff"],
  ...["host: b", "x-forwarded-for: ,,[::1", "upgrade: h2c", "connection: close", "te: trailers"],
  ...[`x: ${"y".repeat(20_000)}`, " folded", "no colon", ": nameless", "a b: c", "x:\u0001"],
];

/** The bytes of such a request. */
export function wildHandshake(dice: Dice, host: string): Uint8Array<ArrayBuffer> {
  const lines = Object.entries({ host, ...HANDSHAKE }).map((line) => line.join(": "));
  for (let times = dice.below(3); times > 0; times--) spoil(lines, dice);
  const isPlain = dice.chance(0.5);
  const first = isPlain
    ? "GET /ws HTTP/1.1"
    : [dice.pick(METHODS), dice.pick(PATHS), dice.pick(VERSIONS)].join(" ");
  const end = dice.chance(0.9) ? "\r\n" : dice.pick(["\n", "\r", "\0"]);
  const text = [first, ...lines, "", dice.chance(0.8) ? "" : "sent ahead"].join(end);
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  if (dice.chance(0.2)) bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return dice.chance(0.1) ? bytes.slice(0, dice.below(bytes.length)) : bytes;
}

function spoil(lines: string[], dice: Dice) {
  const at = dice.below(lines.length);
  const line = lines[at]!;
  const [name = "", value = ""] = line.split(": ");
  const other = dice.pick(lines).split(": ")[1] ?? "";
  const instead = [
    [],
    [line, line],
    [line, dice.pick(MORE)],
    [dice.pick(MORE)],
    [`${name}: ${other}`],
    [`${name}: ${value.slice(0, dice.below(value.length + 1))}`],
    [`${name.toUpperCase()}:${value} , ${other}`],
  ];
  lines.splice(at, 1, ...dice.pick(instead));
}
