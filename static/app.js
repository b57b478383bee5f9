// @ts-check
// Start-up: what the address and this browser know, the door where that is not enough, then in.
import { Memory, SafeStorage } from "./model/memory.js";
import { isDirect } from "./model/nicks.js";
import { showClock, showTheme } from "./views/appearance.js";
import { Door } from "./views/door.js";
import { find } from "./views/element.js";
import { followKeyboard } from "./views/measures.js";
import { linkTo, placeOfPage, roomOfPage, takeToken } from "./views/place.js";
import { tell } from "./views/spoken.js";
/** @import {Chat} from "./chat.js" */
/** @import {House} from "./house.js" */
/** @import {Wish} from "./views/door.js" */

const FIRST_ROOM = "general";
const REFUSED_TOKEN =
  "This token was not accepted. It may have ended; ask whoever runs this server for a new one.";
const NOT_LOADED = "The server cannot be reached. Try again in a moment.";
/** The door waits for the server's word so long. */
const PATIENCE_MS = 4_000;

const storage = new SafeStorage();
const memory = new Memory(storage);
memory.token = takeToken() ?? memory.token;

addEventListener("hashchange", () => {
  const token = takeToken();
  if (token === null) return;
  memory.token = token;
  location.reload();
});

/** Somebody who is not in yet: asks what is open, and whether it takes a token. @type {Chat | null} */
let visitor = null;
/** @type {{chat: Chat, house: House} | null} */
let inside = null;
/** @type {ReturnType<typeof load> | null} */
let loading = null;
let isGoingIn = false;
/** What is needed inside did not come, and only a new start will help. */
let isBroken = false;
/** A token was entered, and it is not known yet whether it is good. */
let triesToken = false;
/** As the page says itself, until the server has said it. */
let isTokenNeeded = "needsToken" in document.documentElement.dataset && !memory.token;

showTheme(memory.theme);
showClock(memory.clock);
const door = new Door(goIn);
door.start();
followKeyboard();
for (
  const [target, type] of /** @type {const} */ ([
    [document, "visibilitychange"],
    [window, "online"],
    [window, "pageshow"],
    [window, "pagehide"],
  ])
) {
  target.addEventListener(type, () => {
    const chat = inside?.chat ?? visitor;
    if (document.hidden || type === "pagehide") chat?.flush();
    else if (chat?.state.status !== "stopped") chat?.retryNow();
  });
}

const room = roomOfPage() ?? memory.rooms[0] ?? FIRST_ROOM;
if (memory.name) begin(memory.name, room);
// What could not be loaded now is asked for again when they go in.
else visit().catch(() => {});

function openDoor() {
  find("#house", HTMLElement).inert = true;
  const rooms = [roomOfPage() ?? room, ...memory.rooms, FIRST_ROOM];
  door.open(memory.name, rooms.find((name) => !isDirect(name)) ?? FIRST_ROOM, isTokenNeeded);
}

function closeDoor() {
  find("#house", HTMLElement).inert = false;
  door.close();
}

/** @param {Wish} wish */
function goIn({ name, room, token }) {
  const isRenamed = name !== memory.name;
  closeDoor();
  memory.name = name;
  if (token) memory.token = token;
  triesToken = token !== "";
  if (isBroken) location.assign(linkTo(room));
  else if (!inside) begin(name, room);
  else {
    const { chat, house } = inside;
    const off = chat.on("welcome", () => {
      off();
      // One is called by the name one first came with; that it is taken shows.
      if (isRenamed) chat.nick(name).catch(() => {});
    });
    if (token) chat.setToken(token);
    house.enter(room);
  }
}

/** @param {string} name @param {string} room */
async function begin(name, room) {
  isGoingIn = true;
  isTokenNeeded = false;
  visitor?.close();
  const place = placeOfPage();
  history.replaceState(null, "", linkTo(room, place?.room === room ? place.seq : null));
  try {
    const parts = await loadInside();
    enter(name, room, parts);
  } catch (error) {
    openDoor();
    door.tellTrouble(NOT_LOADED);
    isBroken = true;
    throw error;
  }
}

/** What only those inside need, all of it asked for at once. */
function loadInside() {
  return loading ??= load();
}

async function load() {
  const { content } = find("#inside", HTMLTemplateElement);
  const isFirst = content.childElementCount > 0;
  const styles = [...content.querySelectorAll("link[rel=stylesheet]")].map(hasEnded);
  document.head.append(content);
  // Where `first.js` has put them there, they are styles of the page as any other.
  if (!isFirst && document.readyState !== "complete") styles.push(hasEnded(window));
  const [{ connect }, { House }, { Shell }] = await Promise.all([
    import("./sdk/connect.js"),
    import("./house.js"),
    import("./views/shell.js"),
    ...styles,
  ]);
  return { connect, House, Shell };
}

/** A style that fails is one that is missing, and keeps nobody out. @param {EventTarget} target */
function hasEnded(target) {
  return new Promise((done) => {
    for (const type of ["load", "error"]) target.addEventListener(type, done);
  });
}

/**
 * @param {string} name
 * @param {string} room
 * @param {Awaited<ReturnType<typeof load>>} parts
 */
function enter(name, room, { connect, House, Shell }) {
  const chat = connect(location.origin, { name, token: memory.token, storage });
  const house = new House(chat, memory, room, () => {
    openDoor();
    door.askToken();
  });
  inside = { chat, house };
  let wasIn = false;
  let wished = name;
  chat.on("welcome", ({ user }) => {
    const isGuest = chat.me?.uid.startsWith("guest:");
    const why = isGuest ? `Somebody here is called ${wished}` : "Your token has a name";
    const now = `${wished}\n${user}`;
    // Once, not at each visit.
    if (user !== wished && now !== memory.read("called")) tell(`${why}; you are ${user}.`);
    memory.keep("called", now);
    wasIn = true;
    triesToken = false;
  });
  chat.on("nick", ({ room, user }) => {
    if (room === undefined) memory.name = wished = user;
  });
  // Once in, the slip says that the token has ended, and one goes on reading.
  chat.on("state", (state) => {
    if (state.status !== "stopped" || state.reason !== "token" || (wasIn && !triesToken)) return;
    openDoor();
    askToken();
  });
  house.start();
  new Shell(chat, memory, house).start();
}

async function visit() {
  // Before a connection is tried: of its refusal browsers tell the page nothing and the console all.
  const asked = isTurnedAway();
  // A cookie or a proxy may let them in: then a field for a token would only come and go.
  if (isTokenNeeded) isTokenNeeded = await asked ?? true;
  openDoor();
  const [{ connect }, isOut] = await Promise.all([import("./sdk/connect.js"), asked]);
  if (isGoingIn) return;
  if (isOut) return askToken();
  // Without the storage: who goes in then is nobody's second connection, whose name would stay.
  const chat = visitor = connect(location.origin, { token: memory.token });
  chat.on("state", async (state) => {
    if (state.status === "stopped" && state.reason === "token") askToken();
    const { troubleOf } = await import("./views/status.js");
    if (chat.state === state) door.tellTrouble(troubleOf(state));
  });
  const { rooms } = await chat.rooms();
  door.spareToken();
  door.showOpenRooms(rooms.filter(({ count }) => count > 0).map(({ room }) => room));
  // By the time that a name is written, what comes next is there.
  await loadInside();
}

/** Whether the server lets in only who has another token (W15.6); undefined where it does not say. */
async function isTurnedAway() {
  /** @type {Record<string, string>} */
  const headers = memory.token ? { authorization: `Bearer ${memory.token}` } : {};
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch("/ws?why", { headers, cache: "no-store", signal });
    return (await answer.json()).status === 401;
  } catch {
    return;
  }
}

function askToken() {
  door.askToken(memory.token ? REFUSED_TOKEN : "");
  memory.token = "";
}
