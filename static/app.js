// @ts-check
// Start-up: what the address and this browser know, the door where that is not enough, then in.
import { connect } from "./chat.js";
import { House } from "./house.js";
import { Memory, SafeStorage } from "./model/memory.js";
import { showClock, showTheme } from "./views/appearance.js";
import { Door } from "./views/door.js";
import { find } from "./views/element.js";
import { linkTo, placeOfPage, roomOfPage, takeToken } from "./views/place.js";
import { Shell } from "./views/shell.js";
import { speak } from "./views/spoken.js";
/** @import {Chat} from "./chat.js" */
/** @import {Wish} from "./views/door.js" */

const FIRST_ROOM = "general";
const REFUSED_TOKEN =
  "This token was not accepted. It may have ended; ask whoever runs this server for a new one.";

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
/** A token was entered, and it is not known yet whether it is good. */
let triesToken = false;

showTheme(memory.theme);
showClock(memory.clock);
const door = new Door(goIn);
door.start();
for (
  const [target, type] of /** @type {const} */ ([
    [document, "visibilitychange"],
    [window, "online"],
    [window, "pageshow"],
  ])
) {
  target.addEventListener(type, () => {
    const chat = inside?.chat ?? visitor;
    if (!document.hidden && chat?.state.status !== "stopped") chat?.retryNow();
  });
}

const room = roomOfPage() ?? memory.rooms[0] ?? FIRST_ROOM;
if (memory.name) begin(memory.name, room);
else {
  openDoor();
  visit();
}

function openDoor() {
  find("#house", HTMLElement).inert = true;
  door.open(memory.name, roomOfPage() ?? room);
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
  if (!inside) {
    visitor?.close();
    begin(name, room);
  } else {
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
function begin(name, room) {
  const place = placeOfPage();
  history.replaceState(null, "", linkTo(room, place?.room === room ? place.seq : null));
  const chat = connect(location.origin, { name, token: memory.token, storage });
  const house = new House(chat, memory, room, () => {
    openDoor();
    door.askToken();
  });
  inside = { chat, house };
  let wasIn = false;
  chat.on("welcome", ({ user }) => {
    const isGuest = chat.me?.uid.startsWith("guest:");
    const why = isGuest ? `Somebody here is called ${name}` : "Your token has a name";
    if (!wasIn && user !== name) speak(`${why}; you are ${user}.`);
    wasIn = true;
    triesToken = false;
  });
  chat.on("nick", ({ room, user }) => {
    if (room === undefined) memory.name = user;
  });
  // Once in, the slip says that the token has ended, and one goes on reading.
  chat.on("state", (state) => {
    if (state.status !== "stopped" || state.reason !== "token" || (wasIn && !triesToken)) return;
    openDoor();
    askToken();
  });
  house.start();
  new Shell(chat, memory).start();
}

function visit() {
  // Without the storage: who goes in then is nobody's second connection, whose name would stay.
  visitor = connect(location.origin, { token: memory.token });
  visitor.on("state", (state) => {
    if (state.status === "stopped" && state.reason === "token") askToken();
  });
  visitor.rooms().then(({ rooms }) => {
    door.showOpenRooms(rooms.filter(({ count }) => count > 0).map(({ room }) => room));
  }, () => {});
}

function askToken() {
  door.askToken(memory.token ? REFUSED_TOKEN : "");
  memory.token = "";
}
