// @ts-check
// Who is banned from a room, for who moderates it: until when, by whom, and the way to lift it. To an
// administrator those are shown too who are banned from everything.
import { rosterOf } from "../model/roster.js";
import { build, buildButton } from "./build.js";
import { momentOf } from "./clock.js";
import { openDialog } from "./dialog.js";
import { nickOf } from "./nick.js";
import { speak } from "./spoken.js";
import { sentence } from "./wording.js";
/** @import {Ban} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "../model/room.js" */

/** @param {Chat} chat @param {Room} room */
export async function openBans(chat, room) {
  const { bans, more } = await bansOf(chat, room.name);
  const known = new Map(rosterOf(room, "").map(({ uid, user }) => [uid, user]));
  const told = build("p", "bans-note");
  told.role = "status";
  const list = build("ul", "bans", ...bans.map((ban) => rowOf(ban)));
  const tell = () => {
    const isMore = more ? "There are others, which are shown when some of these are lifted." : "";
    told.textContent = list.childElementCount > 0 ? isMore : "Nobody is banned.";
  };
  tell();
  await openDialog({ title: `Banned from ${room.label}`, body: [list, told] });

  /** @param {Ban} ban */
  function rowOf({ uid, room: place, until, by }) {
    const user = known.get(uid) ?? uid;
    const time = until === null ? "until a moderator ends it" : `until ${momentOf(until)}`;
    const note = `By ${by}, ${time}${place === undefined ? ", from all rooms" : ""}.`;
    const lift = buildButton("Lift", async () => {
      lift.disabled = true;
      try {
        await chat.ban(place ?? null, uid, 0);
      } catch (error) {
        lift.disabled = false;
        told.textContent = sentence(/** @type {Error} */ (error).message);
        return;
      }
      const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button");
      (next ?? list.closest("dialog")?.querySelector("button"))?.focus();
      row.remove();
      speak(`${user} may come in again.`);
      tell();
    }, "button little");
    lift.setAttribute("aria-label", `Lift the ban of ${user}`);
    const row = build(
      "li",
      "",
      build("p", "", nickOf({ uid, user }), build("span", "", note)),
      lift,
    );
    return row;
  }
}

/** Those from everything are for administrators alone. @param {Chat} chat @param {string} room */
async function bansOf(chat, room) {
  const none = { bans: /** @type {Ban[]} */ ([]), more: false };
  const [here, all] = await Promise.all([chat.bans(room), chat.bans(null).catch(() => none)]);
  const everywhere = all.bans.filter((ban) => ban.room === undefined);
  return { bans: [...everywhere, ...here.bans], more: here.more || all.more };
}
