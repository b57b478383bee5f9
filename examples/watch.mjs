// @ts-check
// Writes what is said in rooms as lines of JSON, for other programs, with Node 22 or later:
//   node examples/watch.mjs http://127.0.0.1:8000 general random | jq .text
// Node imports nothing from a server, so elsewhere keep a copy of static/ beside it.
import process from "node:process";
import { connect } from "../static/chat.js";

const [url = "http://127.0.0.1:8000", ...rooms] = process.argv.slice(2);
const { SNUG_TOKEN: token } = process.env;
const chat = open();

chat.on("entry", (entry) => console.log(JSON.stringify(entry)));
chat.on("state", (state) => {
  // It comes back by itself, but for what somebody must mend first: a token, say.
  if (state.status === "waiting") console.error(state.message);
  if (state.status === "stopped") fail(state.message);
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => chat.close());
for (const room of rooms.length > 0 ? rooms : ["general"]) {
  try {
    const { count } = await chat.join(room);
    console.error(`#${room}: ${count} here`);
  } catch (error) {
    if (chat.state.status !== "closed") fail(`#${room}: ${messageOf(error)}`);
  }
}

/** An address may be none, and before Node 22 there is no WebSocket. */
function open() {
  try {
    return connect(url, { name: "Watcher", ...(token && { token }) });
  } catch (error) {
    return fail(messageOf(error));
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
