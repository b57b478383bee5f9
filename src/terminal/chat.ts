// `snug chat`: connects, enters a room, and lets somebody at a terminal, or a script, talk there.
import * as readline from "node:readline";
import process from "node:process";
import { type Chat, ChatError, connect } from "../../static/chat.js";
import { roomRefusal } from "../../static/views/refusals.js";
import { counted, sentence } from "../../static/views/wording.js";
import { wantsColour, written } from "./ink.ts";
import { CHAT_USAGE, type Invocation, readInvocation } from "./invocation.ts";
import { Narrator } from "./narrator.ts";
import { type Outlet, Plain } from "./outlet.ts";
import { sayLines } from "./piped.ts";
import { Answers, report, SILENT } from "./report.ts";
import { Rooms } from "./rooms.ts";
import { Screen } from "./screen.ts";
import { Sockets } from "./sockets.ts";
import { Typed } from "./typed.ts";

/** While one types, the others are told once in so many milliseconds. */
const TYPING_MS = 3000;

/** Ends the visit: null when that is as it should be, else with the reason in words. */
type End = (why: string | null) => void;
type Environment = Record<string, string>;

/** Runs until somebody leaves, or `leaving` says so. Resolves with the code to end with. */
export async function runChat(
  args: string[],
  environment: Environment,
  leaving: AbortSignal,
): Promise<number> {
  const asked = readInvocation(args, environment);
  if (asked === "help") {
    console.log(CHAT_USAGE);
    return 0;
  }
  if ("problem" in asked) {
    for (const line of [asked.problem, "", CHAT_USAGE]) console.error(line);
    return 2;
  }
  const { url, name, token } = asked;
  const sockets = new Sockets();
  const chat = connect(url, {
    ...(name !== undefined && { name }),
    ...(token !== undefined && { token }),
    WebSocket: sockets.WebSocket,
  });
  if (asked.isJson) report(chat);
  const ended = Promise.withResolvers<string | null>();
  leaving.addEventListener("abort", () => ended.resolve(null));
  const trouble = await Promise.race([firstTrouble(chat, url), ended.promise]);
  if (trouble !== null) ended.resolve(trouble);
  const visit = trouble === null ? openVisit(chat, asked, environment, ended.resolve) : undefined;
  const why = await ended.promise;
  visit?.close();
  const lost = chat.unsent.filter(({ status }) => status === "waiting").length;
  for (const room of visit?.rooms.names ?? []) chat.leave(room);
  chat.close();
  await sockets.closed();
  if (why !== null) console.error(written([why], false));
  if (lost > 0) console.error(`${counted(lost, "message")} could not be sent.`);
  return why === null && lost === 0 ? 0 : 1;
}

/** Why the first connection can't be made, or null when it is. */
function firstTrouble(chat: Chat, { host }: URL): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const off = chat.on("state", (state) => {
    if (state.status === "connected") resolve(null);
    else if ("message" in state) resolve(`Not connected to ${host}. ${sentence(state.message)}`);
  });
  return promise.finally(off);
}

/** Enters the room and does what is asked for, until that ends by itself or it is closed. */
function openVisit(chat: Chat, asked: Invocation, environment: Environment, end: End) {
  const isTyped = Deno.stdin.isTerminal();
  const isColoured = Deno.stdout.isTerminal() && wantsColour(environment);
  const isSeen = isTyped && Deno.stdout.isTerminal() && environment.TERM !== "dumb";
  const leave = () => end(null);
  let typingAt = 0;

  const rooms = new Rooms(chat, asked.room, () => narrator.typing());
  const screen: Screen | null = isSeen && !asked.isJson
    ? new Screen({
      line: (line) => void typed.take(line),
      complete: (line) => typed.complete(line),
      wrote(line) {
        if (line === "" || line.startsWith("/") || Date.now() < typingAt + TYPING_MS) return;
        typingAt = Date.now();
        chat.typing(rooms.current, true);
      },
      leave,
    }, isColoured)
    : null;
  const plain = new Plain({ isTold: isTyped || asked.isTail, isColoured });
  const out: Outlet = screen ?? (asked.isJson ? new Answers() : plain);
  const narrator = new Narrator(chat, rooms, asked.isJson ? SILENT : out);
  const moved = () => {
    screen?.prompt(`#${rooms.current}`);
    narrator.typing();
  };
  const typed = new Typed(chat, rooms, out, moved, leave);

  narrator.start();
  moved();
  chat.on("state", (state) => state.status === "stopped" && end(sentence(state.message)));
  const entered = chat.join(asked.room).catch((error) => {
    if (!(error instanceof ChatError)) throw error;
    const [title, text] = roomRefusal(`#${asked.room}`, error);
    end(`${title}. ${text}`);
  });
  if (!screen) entered.then(() => listen(chat, asked, typed, isTyped, end));
  return { rooms, close: () => screen?.close() };
}

/** Takes lines that no screen edits, to their end. */
async function listen(
  chat: Chat,
  { room, isTail }: Invocation,
  typed: Typed,
  isTyped: boolean,
  end: End,
) {
  const lines = readline.createInterface({ input: process.stdin, terminal: false });
  if (isTyped) {
    for await (const line of lines) await typed.take(line);
    return end(null);
  }
  const refused = await sayLines(chat, room, lines);
  if (refused > 0) end(`${counted(refused, "line")} ${refused === 1 ? "was" : "were"} refused.`);
  else if (!isTail) end(null);
}
