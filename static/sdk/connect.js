// @ts-check
// Puts a client together: who hears of what, and what is kept where.
import { parseAddress } from "./address.js";
import { Alarm, SYSTEM_CLOCK } from "./alarm.js";
import { Chat } from "./chat.js";
import { Connection } from "./connection.js";
import { Credential } from "./credential.js";
import { Emitter } from "./events.js";
import { ReadMarks } from "./read_marks.js";
import { Drafts, Drawer } from "./storage.js";
import { Traffic } from "./traffic.js";
import { Unsent } from "./unsent.js";
/** @import {ChatEvents, ConnectOptions} from "../chat.js" */
/** @import {Clock} from "./alarm.js" */

const MAX_UNSENT = 200;
const NO_WEBSOCKET =
  "There is no WebSocket here: Node has one from version 22 on. Any other goes in as an option.";

/**
 * Connects at once, and comes back by itself until `close()`. Throws where there is no WebSocket.
 * @param {string | URL} url `https://host`, `https://host/ws`, or the same with wss.
 * @param {ConnectOptions} [options]
 */
export function connect(url, options = {}) {
  if (!(options.WebSocket ?? globalThis.WebSocket)) throw new Error(NO_WEBSOCKET);
  const clock = options.clock ?? SYSTEM_CLOCK;
  const address = parseAddress(url, options);
  const drawer = new Drawer(options.storage, address.host);
  const alarm = new Alarm(clock);
  /** @type {Emitter<ChatEvents>} */
  const events = new Emitter();
  const credential = new Credential(drawer, options.token, options.getToken);
  const unsent = new Unsent(
    drawer,
    options.maxUnsent ?? MAX_UNSENT,
    (outgoing) => events.emit("outgoing", outgoing),
  );
  const runtime = {
    WebSocket: options.WebSocket ?? WebSocket,
    // Browsers refuse a `fetch` that is called as a method.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  };
  const connection = new Connection(address, credential, alarm, clock, runtime, {
    state: (state) => traffic.onState(state),
    message: (message) => {
      if (message.type === "nick" && message.room === undefined) takeName(message);
      traffic.onMessage(message);
    },
    binary: (frame) => traffic.onBinary(frame),
    ended: (code) => traffic.onEnded(code),
  });
  /** @param {{user: string, session: string | null}} nick */
  const takeName = ({ user, session }) => {
    if (connection.welcome) connection.welcome = { ...connection.welcome, user };
    address.setName(user);
    if (session !== null) credential.keepSession(session);
  };
  const marks = new ReadMarks(alarm, (message) => connection.send(message));
  marks.follow(events);
  const traffic = new Traffic(connection, unsent, events, alarm, clock, refsFrom(clock));
  credential.restore();
  unsent.restore();
  connection.open();
  // Loaded when somebody has a file.
  const files = async () => {
    const { Files } = await import("./files.js");
    return new Files(address, credential, runtime.fetch);
  };
  return new Chat(connection, traffic, unsent, marks, new Drafts(drawer), files, events);
}

/** Refs that nobody else makes and that grow (W7.2). @param {Clock} clock */
function refsFrom({ random }) {
  const digit = () => Math.floor(random() * 36).toString(36);
  const prefix = Array.from({ length: 10 }, digit).join("");
  let count = 0;
  return () => `${prefix}-${++count}`;
}
