// The scripts that Snug gives to Redis, run by another Lua (5.4 in place of 5.1).
import { LuaFactory } from "wasmoon";
import type { Script } from "../../src/store/redis_client.ts";
import type { Reply } from "../../src/store/redis_line.ts";

type Call = (...command: unknown[]) => Reply | false;
type Compiled = (keys: readonly string[], args: readonly string[]) => unknown;

/** What 5.1 and Redis have, and 5.4 has not. */
const PRELUDE = `
  unpack = table.unpack
  redis = { call = function(...) return host(...) end }
  cjson = { decode = function(text) return decode(text) end }
  local number = tonumber
  tonumber = function(value)
    if value == 'inf' or value == 'Infinity' then return math.huge end
    if value == '-inf' then return -math.huge end
    return number(value)
  end
`;

const engine = await new LuaFactory().createEngine({ enableProxy: false, injectObjects: false });
let call: (command: string[]) => Reply = () => null;
engine.global.set("host", ((...command) => toLua(call(command.map(String)))) as Call);
engine.global.set("decode", (text: string) => JSON.parse(text));
engine.doStringSync(PRELUDE);
const compiled = new Map<string, Compiled>();

/** Runs a script whose commands are done by `does`. */
export function runScript(
  { text }: Script,
  keys: readonly string[],
  args: readonly string[],
  does: (command: string[]) => Reply,
): Reply {
  let run = compiled.get(text);
  if (!run) {
    run = engine.doStringSync(`return function(KEYS, ARGV) ${text}\nend`) as Compiled;
    compiled.set(text, run);
  }
  call = does;
  return fromLua(run(keys, args));
}

/** Lua's tables have no holes: there what is not is false. */
function toLua(reply: Reply): Reply | false {
  if (reply === null) return false;
  return Array.isArray(reply) ? reply.map(toLua) as Reply : reply;
}

/** As Redis gives it: numbers are whole, and false is nothing. */
function fromLua(value: unknown): Reply {
  if (value === false || value === undefined || value === null) return null;
  if (typeof value === "number") return Math.trunc(value);
  if (Array.isArray(value)) return value.map(fromLua);
  if (typeof value === "object") return Object.values(value).map(fromLua);
  return String(value);
}
