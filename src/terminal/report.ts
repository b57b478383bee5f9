// What happens as lines of JSON, for scripts: the events of the SDK under their names, entries as the
// wire has them. Holds back sessions, which are secrets.
import type { Chat } from "../../static/chat.js";
import { harmlessJson } from "./harmless.ts";
import type { Line } from "./ink.ts";
import { type Outlet, writeLine } from "./outlet.ts";

/** Writes everything that happens from now on. */
export function report(chat: Chat) {
  chat.on("state", (state) => write({ type: "state", ...state }));
  chat.on("welcome", ({ uid, user }) => write({ type: "welcome", uid, user }));
  chat.on("nick", ({ session: _, ...nick }: Record<string, unknown>) => write(nick));
  chat.on("outgoing", ({ status, ref, room, to, text, seq, refusal }) => {
    const what = { ref, ...(to === undefined ? { room } : { to, room }), text };
    if (status === "sent") write({ type: "sent", ...what, seq });
    if (status !== "failed") return;
    write({ type: "failed", ...what, code: refusal?.code, message: refusal?.message });
  });
  chat.on("error", (refusal) => write({ type: "error", ...refusal }));
  for (const type of ["joined", "left", "entry", "direct", "presence", "typing"] as const) {
    chat.on(type, write);
  }
  for (const type of ["read", "mention", "muted", "system"] as const) chat.on(type, write);
}

/** What was asked for and did not come from the server. */
export class Answers implements Outlet {
  tell(line: Line) {
    write({ type: "told", text: textOf(line) });
  }

  complain(line: Line) {
    write({ type: "problem", text: textOf(line) });
  }

  passing() {}
}

/** Says nothing: what it would be told stands in the report. */
export const SILENT: Outlet = { tell() {}, complain() {}, passing() {} };

function write(event: object) {
  writeLine(harmlessJson(JSON.stringify(event)));
}

function textOf(line: Line): string {
  return line.map((piece) => typeof piece === "string" ? piece : piece.text).join("");
}
