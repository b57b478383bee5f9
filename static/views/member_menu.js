// @ts-check
// What one may do about somebody: write, mention, and where one moderates mute, remove and ban.
import { isProgram } from "../model/said.js";
import { ask } from "./ask.js";
import { build } from "./build.js";
import { momentOf } from "./clock.js";
import { openMenu } from "./menu.js";
import { nickOf } from "./nick.js";
import { tell } from "./spoken.js";
import { sentence } from "./wording.js";
/** @import {Member} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "../model/room.js" */
/** @import {Option} from "./choice.js" */
/** @import {Item} from "./menu.js" */

/** @typedef {{write: (uid: string) => void, mention: (user: string) => void}} Doings */

const GAP_PX = 4;
const DAY_MINUTES = 24 * 60;
/** In minutes. @type {Option} */
const HOUR = ["60", "1 hour"];
/** @type {[Option, Option]} */
const MINUTES = [["10", "10 minutes"], HOUR];
/** @type {[Option, Option]} */
const DAYS = [[`${DAY_MINUTES}`, "1 day"], [`${7 * DAY_MINUTES}`, "7 days"]];
/** @type {Option} */
const FOR_GOOD = ["", "Until a moderator ends it"];
/** @type {Option} */
const AT_ONCE = ["0", "May come back at once"];

/**
 * Opens it below what was pressed, which names who it is about.
 * @param {HTMLButtonElement} opener
 * @param {Chat} chat
 * @param {Room} room
 * @param {Doings} doings
 */
export async function openMemberMenu(opener, chat, room, doings) {
  const { uid = "" } = opener.dataset;
  const user = opener.querySelector("bdi")?.textContent ?? "";
  const who = { uid, user };
  const mute = room.muteOf(uid);
  const until = mute?.until ? ` until ${momentOf(mute.until)}` : "";
  const place = isProgram(uid) ? "bot" : room.members.has(uid) ? "here" : "not here";
  const note = mute ? `muted${until}` : place;
  const groups = [talk(who, room, doings)];
  if (room.may === "moderate") groups.push(moderate(who, room, chat));
  const { left, bottom } = opener.getBoundingClientRect();
  await openMenu({
    className: "member-menu",
    label: user,
    head: () => [build("p", "menu-head", nickOf(who), build("span", "", note))],
    groups,
    closed: () => opener.ariaExpanded = "false",
  }, { x: left, y: bottom + GAP_PX });
  opener.ariaExpanded = "true";
}

/** @param {Member} who @param {Room} room @param {Doings} doings @returns {Item[]} */
function talk({ uid, user }, room, { write, mention }) {
  const inMessage = { icon: "at", label: "Mention in the message", act: () => mention(user) };
  const direct = { icon: "bubble", label: `Write to ${user}`, act: () => write(uid) };
  return room.isDirect || isProgram(uid) ? [inMessage] : [direct, inMessage];
}

/** @param {Member} who @param {Room} room @param {Chat} chat @returns {Item[]} */
function moderate({ uid, user }, room, chat) {
  const { name, label } = room;
  const unmute = () =>
    chat.mute(name, uid, 0).then(
      () => tell(`${user} may write here again.`),
      ({ message }) => tell(sentence(message)),
    );
  const mute = () =>
    ask({
      title: `Mute ${user}?`,
      text: `${user} can read ${label}, but not write.`,
      action: "Mute",
      isGrave: false,
      times: [...MINUTES, ...DAYS, FOR_GOOD],
      act: (time) => chat.mute(name, uid, minutesOf(time)),
    });
  const remove = () =>
    ask({
      title: `Remove ${user} from ${label}?`,
      text: `${user} has to leave the room.`,
      action: "Remove",
      times: [AT_ONCE, ...MINUTES, ...DAYS],
      act: (time) =>
        time === AT_ONCE[0] ? chat.kick(name, uid) : chat.ban(name, uid, minutesOf(time)),
    });
  const ban = () =>
    ask({
      title: `Ban ${user}?`,
      text: `${user} has to leave, and is kept out.`,
      action: "Ban",
      places: [["room", `From ${label}`], ["all", "From all rooms"]],
      times: [HOUR, ...DAYS, FOR_GOOD],
      act: (time, place) => chat.ban(place === "all" ? null : name, uid, minutesOf(time)),
    });
  const voice = room.muteOf(uid)
    ? { icon: "mute", label: "End the mute", act: unmute }
    : { icon: "mute", label: "Mute…", act: mute };
  // It is in no room, so it can't be sent out of one.
  if (isProgram(uid)) return [voice];
  return [
    voice,
    { icon: "door", label: "Remove from the room…", isGrave: true, act: remove },
    { icon: "ban", label: "Ban…", isGrave: true, act: ban },
  ];
}

/** @param {string} time */
function minutesOf(time) {
  return time === FOR_GOOD[0] ? undefined : Number(time);
}
