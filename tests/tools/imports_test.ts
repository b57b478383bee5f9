import { assertEquals, assertStringIncludes } from "@std/assert";
import { check, ROWS } from "../../tools/imports.ts";

const problems = (file: string, source: string) => check(new Map([[file, source]]));

const allowed: [file: string, source: string][] = [
  ["main.ts", `import { createApp } from "./src/app.ts";\nimport "./src/store/open.ts";`],
  ["main.ts", `const { chat } = await import("./src/terminal/chat.ts");`],
  ["src/app.ts", `import { Hono } from "hono";\nexport * from "./routes/api.ts";`],
  ["src/routes/assets.ts", `import page from "../../static/index.html" with { type: "text" };`],
  ["src/routes/api.ts", `import { Hub } from "../hub.ts";\nimport "../store/store.ts";`],
  ["src/session.ts", `import type { Pass } from "./gate/admit.ts";\nimport "./room.ts";`],
  ["src/room.ts", `import type { Config } from "./config.ts";`],
  ["src/room.ts", `import { type Config, type Limits } from "./config.ts";`],
  ["src/hub.ts", `import { Room } from "./room.ts";\nconst now = performance.now();`],
  ["src/outbox.ts", `// Deno.serve is not for us, nor ./app.ts\nimport "./socket.ts";`],
  ["src/outbox.ts", `const text = "Deno.serve is for others"; /* Deno.env */`],
  ["src/outbox.ts", `const quote = /["'\`/]/; // import "./room.ts"\nconst other = /\`/;`],
  ["src/protocol.ts", `import * as v from "valibot";`],
  ["src/transport/ws.ts", `import { WebSocketServer } from "ws";\nimport "../socket.ts";`],
  ["src/transport/deno.ts", `import { limits } from "../config.ts";\nDeno.serve(() => x);`],
  ["src/store/open.ts", `const { openRedis } = await import("./redis.ts");`],
  ["src/store/sqlite.ts", `import "./sqlite_log.ts";\nimport "node:sqlite";\nimport "./store.ts";`],
  ["src/store/sqlite.ts", `new Worker(new URL("./sqlite_worker.ts", import.meta.url).href);`],
  ["main.ts", `import { parse } from "@std/dotenv";\nconst env = Deno.env.toObject();`],
  ["src/terminal/chat.ts", `import { Chat } from "../../static/chat.js";\nimport "./screen.ts";`],
];

for (const [file, source] of allowed) {
  Deno.test(`imports allows ${file}: ${source.replaceAll("\n", " ")}`, () => {
    assertEquals(problems(file, source), []);
  });
}

const refused: [file: string, source: string, said: string][] = [
  ["src/utils.ts", "", "src/utils.ts has no place: add it to ROWS in tools/imports.ts"],
  ["src/app.ts", `import "../main.ts";`, "src/app.ts imports main.ts; it may import src/app.ts"],
  ["src/routes/api.ts", `import "../app.ts";`, "imports src/app.ts"],
  ["src/session.ts", `import { api } from "./routes/api.ts";`, "imports src/routes/api.ts"],
  ["src/room.ts", `import type { Session } from "./session.ts";`, "imports src/session.ts"],
  ["src/room.ts", `export { Session } from "./session.ts";`, "imports src/session.ts"],
  ["src/room.ts", `export * from "./session.ts";`, "imports src/session.ts"],
  ["src/room.ts", `import {\n  Session,\n} from "./session.ts";`, "imports src/session.ts"],
  ["src/room.ts", `import Session, { type Rate } from './session.ts';`, "imports src/session.ts"],
  ["src/room.ts", `type S = import("./session.ts").Session;`, "imports src/session.ts"],
  ["src/room.ts", `const s = await import(\n  "./session.ts",\n);`, "imports src/session.ts"],
  ["src/room.ts", `const s = await import(name);`, "imports what is not a plain string"],
  ["src/room.ts", `import { limits } from "./config.ts";`, "imports src/config.ts"],
  ["src/room.ts", `import { type A, limits } from "./config.ts";`, "imports src/config.ts"],
  ["src/room.ts", `import "../tests/room_test.ts";`, "imports tests/room_test.ts"],
  ["src/room.ts", `import page from "../static/index.html";`, "imports static/index.html"],
  ["src/outbox.ts", `import "./room.ts";`, "imports src/room.ts"],
  ["src/close.ts", `import "./presence.ts";`, "imports src/presence.ts"],
  ["src/protocol.ts", `import { z } from "zod";`, "imports zod; it may import valibot only"],
  ["src/room.ts", `import { openSqlite } from "./store/sqlite.ts";`, "imports src/store/sqlite.ts"],
  ["src/app.ts", `import { listen } from "./transport/deno.ts";`, "imports src/transport/deno.ts"],
  ["main.ts", `import "./src/store/redis.ts";`, "imports src/store/redis.ts"],
  ["src/store/redis.ts", `import "./sqlite.ts";`, "imports src/store/sqlite.ts"],
  ["src/store/redis.ts", `import "../room.ts";`, "imports src/room.ts"],
  ["src/store/memory.ts", `new URL("./sqlite_log.ts", import.meta.url)`, "sqlite_log.ts"],
  ["src/transport/ws.ts", `import "./deno.ts";`, "imports src/transport/deno.ts"],
  ["src/transport/ws.ts", `import "../hub.ts";`, "imports src/hub.ts"],
  ["src/config.ts", `import "./hub.ts";`, "imports src/hub.ts"],
  ["src/hub.ts", `import { Hono } from "hono/tiny";`, "imports hono/tiny; allowed for main, app"],
  ["src/store/memory.ts", `import "node:sqlite";`, "allowed for src/store/sqlite"],
  ["src/transport/deno.ts", `import "ws";`, "allowed for src/transport/ws"],
  ["src/room.ts", `const start = Deno.pid;`, "touches the runtime"],
  ["src/room.ts", `const { pid } = globalThis.Deno["pid"];`, "touches the runtime"],
  ["src/room.ts", "const text = `${Deno.pid}`;", "touches the runtime"],
  ["src/store/store.ts", `process.exit();`, "touches the runtime"],
  ["src/gate/origin.ts", `Deno.env.get("ORIGIN")`, "reads the environment"],
  ["src/store/redis.ts", `process.env.REDIS`, "reads the environment"],
];

for (const [file, source, said] of refused) {
  Deno.test(`imports refuses ${file}: ${source.replaceAll("\n", " ")}`, () => {
    const found = problems(file, source);
    assertEquals(found.length, 1, found.join("\n"));
    assertStringIncludes(found[0]!, file);
    assertStringIncludes(found[0]!, said);
  });
}

Deno.test("imports says what is allowed", () => {
  assertEquals(problems("src/config.ts", `import "./routes/api.ts";`), [
    "src/config.ts imports src/routes/api.ts; it may import " +
    ROWS.protocol!.files.join(", "),
  ]);
});

Deno.test("imports refuses a circle inside one layer, unless a part of it is only types", () => {
  const circle = (hub: string) =>
    check(
      new Map([
        ["src/rooms.ts", `import "./room.ts";`],
        ["src/hub.ts", hub],
        ["src/room.ts", `import { Hub } from "./hub.ts";`],
      ]),
    );
  assertEquals(circle(`import { fanOut } from "./rooms.ts";`), [
    "src/rooms.ts → src/room.ts → src/hub.ts → src/rooms.ts load each other in a circle",
  ]);
  assertEquals(circle(`import type { FanOut } from "./rooms.ts";`), []);
});

Deno.test("imports refuses nothing where there is nothing", () => {
  assertEquals(check(new Map()), []);
});
