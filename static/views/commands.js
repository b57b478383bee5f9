// @ts-check
// What can be typed after a `/`: one table, from which help and completion come too. A command that
// can't be done throws an Error whose message is a sentence for its writer.
import { directWith } from "../model/nicks.js";
import { isProgram } from "../model/said.js";
import { namedIn } from "../model/roster.js";
import { roomIn } from "./place.js";
/** @import {Chat} from "../chat.js" */
/** @import {Person} from "../model/roster.js" */

/**
 * What commands act on. `say` says something in the room in view.
 * @typedef {object} Scene
 * @property {Chat} chat
 * @property {() => string} room the one in view
 * @property {() => readonly Person[]} people whom one can name there
 * @property {() => readonly Person[]} met in any of the open rooms
 * @property {() => boolean} mayModerate
 * @property {(text: string) => void} say
 * @property {(room: string) => void} enter
 * @property {() => void} leave
 */
/**
 * `run` may return a sentence to tell. `moderates`: only for who may moderate the room.
 * @typedef {object} Command
 * @property {string} name
 * @property {string} args what stands after the name; optional ones in brackets
 * @property {string} does
 * @property {true} [moderates]
 * @property {(scene: Scene, args: string) => string | void | Promise<string>} run
 */

const TYPED = /^\/(\S*)\s*([^]*)$/;

/** @type {readonly Command[]} */
export const COMMANDS = [
  {
    name: "help",
    args: "",
    does: "list these commands",
    run: (scene) =>
      commandsFor(scene).map(({ name, args, does }) => `/${name} ${args}`.trim() + `: ${does}`)
        .join("\n"),
  },
  {
    name: "nick",
    args: "name",
    does: "change your name",
    async run({ chat }, name) {
      const { user } = await chat.nick(name);
      return `You are ${user} now.`;
    },
  },
  { name: "me", args: "text", does: "say what you do", run: ({ say }, text) => say(`/me ${text}`) },
  {
    name: "msg",
    args: "name text",
    does: "write to one person",
    run(scene, args) {
      const { chat, people, met, enter, say } = scene;
      // By uid, where it is known: what waits to be sent must not go to another who has the name then.
      const named = namedIn([...people(), ...met()], args);
      const [, name = "", words = ""] = /^@?(\S+)\s*([^]*)$/.exec(args) ?? [];
      const text = named?.rest ?? words;
      if (!text) throw usage("msg");
      if (named && isProgram(named.person.uid)) {
        throw new Error(`${named.person.user} is a bot, and reads only what is said in the room.`);
      }
      if (named && chat.me) {
        enter(directWith(chat.me.uid, named.person.uid));
        say(text);
      } else chat.direct(name, text);
    },
  },
  {
    name: "join",
    args: "room",
    does: "open a room",
    run({ enter }, name) {
      const room = roomIn(name);
      if (!room) throw new Error(`${name} can’t be the name of a room.`);
      enter(room);
    },
  },
  { name: "leave", args: "", does: "leave this room", run: ({ leave }) => leave() },
  {
    name: "topic",
    args: "text",
    does: "set the topic",
    moderates: true,
    async run({ chat, room }, text) {
      await chat.setTopic(room(), text);
      return "The topic is set.";
    },
  },
  {
    name: "mute",
    args: "name [minutes]",
    does: "keep somebody from writing here",
    moderates: true,
    async run(scene, args) {
      const { uid, user, minutes } = sanctioned(scene, "mute", args);
      await scene.chat.mute(scene.room(), uid, minutes);
      return minutes === 0 ? `${user} may write here again.` : `${user} is muted${span(minutes)}.`;
    },
  },
  {
    name: "kick",
    args: "name",
    does: "send somebody out of this room",
    moderates: true,
    async run(scene, args) {
      const { uid, user } = sanctioned(scene, "kick", args);
      await scene.chat.kick(scene.room(), uid);
      return `${user} had to leave.`;
    },
  },
  {
    name: "ban",
    args: "name [minutes]",
    does: "keep somebody out of this room",
    moderates: true,
    async run(scene, args) {
      const { uid, user, minutes } = sanctioned(scene, "ban", args);
      await scene.chat.ban(scene.room(), uid, minutes);
      return minutes === 0 ? `${user} may come in again.` : `${user} is banned${span(minutes)}.`;
    },
  },
];

/** Those that one may use. @param {Scene} scene */
export function commandsFor({ mayModerate }) {
  return COMMANDS.filter(({ moderates }) => !moderates || mayModerate());
}

/**
 * Does what was typed, as its `run` does.
 * @param {Scene} scene
 * @param {string} text
 */
export function runCommand(scene, text) {
  const [, name = "", args = ""] = TYPED.exec(text) ?? [];
  const command = COMMANDS.find((command) => command.name === name.toLowerCase());
  if (!command) throw new Error(`There is no command /${name}. To say it, begin with //.`);
  if (command.moderates && !scene.mayModerate()) {
    throw new Error(`Only who moderates ${scene.room()} may do this.`);
  }
  if (command.args && !args) throw usage(command.name);
  return command.run(scene, args.trimEnd());
}

/** @param {string} name */
function usage(name) {
  const command = COMMANDS.find((command) => command.name === name);
  return new Error(`It is written as /${name} ${command?.args}.`);
}

/** Whom a command is about, and for how long. @param {Scene} scene @param {string} name @param {string} args */
function sanctioned({ people }, name, args) {
  const named = namedIn(people(), args);
  if (!named) throw new Error(`Nobody here is called ${args.replace(/^@/, "")}.`);
  const { person: { uid, user }, rest } = named;
  if (!/^\d{0,6}$/.test(rest)) throw usage(name);
  return { uid, user, minutes: rest === "" ? undefined : Number(rest) };
}

/** @param {number | undefined} minutes */
function span(minutes) {
  if (minutes === undefined) return " until you end it";
  return ` for ${minutes} minute${minutes === 1 ? "" : "s"}`;
}
