// What `snug chat` is asked for: where, which room, under which name, with which token. Gives the
// environment's values no other way in; never repeats a token.
import { parseArgs } from "node:util";
import { placeIn, roomIn } from "../../static/views/place.js";

/** How it is used. */
export const CHAT_USAGE = `usage: snug chat URL [options]

Talks in a room of a chat server. URL is its address, such as https://chat.example.org, or a link
to one of its rooms.

       --room NAME          the room; general where the link names none
       --name NAME          what others see; a guest without one is given one
       --token TOKEN        the token, where one is needed. Others on this machine may see it here,
                            so better in the environment as SNUG_TOKEN, or with
       --token-file FILE    in a file with nothing else in it
       --json               write what happens as lines of JSON
       --tail               go on reading when there is nothing more to say

In a terminal /help lists what can be done, and exit, Ctrl-D or Ctrl-C leaves. From a pipe every
line is said as it stands; it ends with 0 when the server has kept them all, else with 1 and why.`;

/** `url` holds no token and names no room any more. */
export type Invocation = {
  url: URL;
  room: string;
  name?: string;
  token?: string;
  isJson: boolean;
  isTail: boolean;
};

/** What is asked for, "help", or what is wrong with it in words. */
export function readInvocation(
  args: string[],
  environment: Record<string, string>,
): Invocation | { problem: string } | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        room: { type: "string" },
        name: { type: "string" },
        token: { type: "string" },
        "token-file": { type: "string" },
        json: { type: "boolean", default: false },
        tail: { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return { problem: (error as Error).message.split(/\. /)[0]! };
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [address, ...others] = positionals;
  if (address === undefined) return { problem: "chat needs the address of a server" };
  if (others.length > 0) return { problem: `unknown: ${others.join(" ")}` };

  const url = URL.parse(address);
  if (!url || !/^(https?|wss?):$/.test(url.protocol)) {
    // It may be a link that holds a token.
    const shown = address.replace(/#.*/, "");
    return { problem: `${shown}: expected an address such as https://chat.example.org` };
  }
  const place = placeIn(url.pathname);
  if (place) url.pathname = "/";
  const linked = new URLSearchParams(url.hash.slice(1).replaceAll("+", "%2B")).get("token");
  url.hash = "";

  const room = values.room === undefined ? place?.room ?? "general" : roomIn(values.room);
  // What the page makes of a name with spaces is seen there before anything is said.
  if (room === null || /\s/.test(values.room?.trim() ?? "")) {
    const meant = room === null ? "" : `; ${room} can`;
    return { problem: `${values.room} can’t be the name of a room${meant}` };
  }
  let kept: string | undefined;
  try {
    const file = values["token-file"];
    kept = file === undefined ? environment.SNUG_TOKEN : Deno.readTextFileSync(file).trim();
  } catch (error) {
    return { problem: `can't read ${values["token-file"]}: ${(error as Error).message}` };
  }
  const token = values.token ?? kept ?? linked ?? undefined;
  return {
    url,
    room,
    ...(values.name !== undefined && { name: values.name }),
    ...(token !== undefined && { token }),
    isJson: values.json,
    isTail: values.tail,
  };
}
