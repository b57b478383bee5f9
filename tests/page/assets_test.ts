// The browser's files as the server gives them out: all of them, as what they are, and no others.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { it } from "@std/testing/bdd";
import { openRaw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";

const STATIC = new URL("../../static/", import.meta.url);
/** By then a file has been packed, however slow the machine is. */
const PACKED_MS = 20_000;
const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  ts: "application/typescript; charset=utf-8",
  webmanifest: "application/manifest+json",
};

it("every file of static/ is served as it is, as what it is, and nothing may take it for else", async () => {
  await using server = await startServer();
  const files = filesOf(STATIC);
  assert(files.length > 40, `${files.length} files`);
  let bytes = 0;
  for (const file of files) {
    const response = await get(server, pathOf(file));
    assertEquals(response.status, 200, file);
    assertEquals(response.bytes, contentOf(file), file);
    const type = TYPES[pathOf(file).split(".").pop()!] ?? TYPES.html;
    assertEquals(response.headers.get("content-type"), type, file);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff", file);
    assertEquals(response.headers.get("referrer-policy"), "no-referrer", file);
    assertEquals(response.headers.get("set-cookie"), null, file);
    bytes += response.bytes.length;
  }
  console.log(`static/: ${files.length} files, ${(bytes / 1024).toFixed(1)} KiB as they are`);
});

it("the page says beforehand whether one will need a token at its door", async () => {
  const token = { WS_TOKEN: "open-sesame" };
  for (
    const [env, needs] of [[{}, false], [token, true], [
      // Maybe a proxy adds it, of which nobody at the door knows.
      { ...token, AUTH_HEADER: "x-auth-key" },
      false,
    ]] as const
  ) {
    await using server = await startServer(env);
    const { bytes } = await get(server, "/");
    const [, attributes] = /<html ([^>]*)>/.exec(new TextDecoder().decode(bytes)) ?? [];
    assertEquals(attributes?.includes("data-needs-token"), needs, Object.keys(env).join());
  }
});

it("a file goes packed to who takes that, under a tag of its own, and as it is to who does not", async () => {
  for (const transport of ["deno", "ws"]) {
    await using server = await startServer({ TRANSPORT: transport });
    const ask = async (encoding: string, path = "/app.js", known = "") => {
      await using raw = await openRaw(server.url);
      const headers: Record<string, string> = { "if-none-match": known };
      if (encoding) headers["accept-encoding"] = encoding;
      const { status, headers: told } = await raw.request(path, headers, "HEAD");
      return { status, get: (name: string) => told.get(name) };
    };
    const plain = await ask("");
    assertEquals([plain.get("content-encoding"), plain.get("vary")], [null, "accept-encoding"]);
    // Who comes first does not wait for what takes long to make.
    const first = await ask("gzip, deflate, br, zstd");
    assertEquals(first.get("content-encoding"), "gzip");
    const deadline = performance.now() + PACKED_MS;
    while ((await ask("br")).get("content-encoding") !== "br") {
      assert(performance.now() < deadline, "it was not packed");
    }
    const lengths = [plain.get("content-length")];
    for (const encoding of ["gzip", "br"]) {
      const [tag, length] = ["etag", "content-length"].map((await ask(encoding)).get);
      assert(Number(length) < Number(lengths.at(-1)), encoding);
      lengths.push(length!);
      assertEquals(tag, plain.get("etag")!.replace(/"$/, `-${encoding}"`));
    }
    for (
      const [encoding, sent] of [
        ["gzip", "gzip"],
        ["br, gzip;q=0.5", "br"],
        ["gzip, deflate, br, zstd", "br"],
        ["br;q=0.5, gzip;q=0.8", "gzip"],
        ["br;q=0, deflate,GZIP", "gzip"],
        ["*", "br"],
        ["identity", null],
        ["gzip;q=0, br;q=0.0", null],
        ["xgzip, bread", null],
      ] as const
    ) {
      const answer = await ask(encoding);
      assertEquals(answer.get("content-encoding"), sent, encoding);
      assertEquals(answer.get("vary"), "accept-encoding");
      // Whichever form somebody has, it is the same file still.
      for (const known of [plain, first, answer]) {
        const again = await ask(encoding, "/app.js", known.get("etag")!);
        assertEquals([again.status, again.get("etag")], [304, known.get("etag")]);
      }
    }
    assertEquals((await ask("gzip, br", "/app_icon.png")).get("content-encoding"), null);
    // What fetch unpacks is the file as it is.
    const { text } = await get(server, "/app.js", { "accept-encoding": "br" });
    assertEquals(text, Deno.readTextFileSync(new URL("app.js", STATIC)));
  }
});

it("HEAD tells of a file what GET does, its length too", async () => {
  for (const transport of ["deno", "ws"]) {
    await using server = await startServer({ TRANSPORT: transport });
    for (const path of ["/", "/r/general", "/chat.js", "/icon.svg"]) {
      await using raw = await openRaw(server.url);
      const whole = await raw.request(path);
      const head = await raw.request(path, {}, "HEAD");
      assertEquals([head.status, head.body], [200, ""]);
      const length = new TextEncoder().encode(whole.body).length;
      assertEquals(head.headers.get("content-length"), `${length}`, `${path} on ${transport}`);
      for (const headers of [head.headers, whole.headers]) headers.delete("date");
      assertEquals([...head.headers], [...whole.headers]);
    }
  }
});

it("what a browser has already is not sent again, whatever a proxy made of its tag", async () => {
  await using server = await startServer();
  const tags = new Set<string>();
  for (const file of filesOf(STATIC)) {
    const path = pathOf(file);
    const { headers, text } = await get(server, path);
    const tag = headers.get("etag") ?? "";
    assertMatch(tag, /^"[\w-]+"$/, file);
    assertEquals(headers.get("cache-control"), "no-cache", file);
    tags.add(tag);
    // nginx makes tags weak where it compresses, and browsers may send a list.
    for (const known of [tag, `W/${tag}`, `"another", ${tag}`, `W/"another", W/${tag}`]) {
      const again = await get(server, path, { "if-none-match": known });
      assertEquals([again.status, again.text], [304, ""], `${file} ${known}`);
      assertEquals(again.headers.get("etag"), tag);
    }
    const changed = await get(server, path, { "if-none-match": '"another"' });
    assertEquals([changed.status, changed.text], [200, text], file);
  }
  assertEquals(tags.size, filesOf(STATIC).length);
});

it("the page has a policy, which lets in nothing that is not its own, and the rest lets in nothing", async () => {
  await using server = await startServer();
  for (const path of ["/", "/r/general", "/r/caf%C3%A9/", "/r/general/42", "/r/general/42/"]) {
    const page = await get(server, path);
    assertEquals(page.text, Deno.readTextFileSync(new URL("index.html", STATIC)), path);
    const policy = page.headers.get("content-security-policy") ?? "";
    const directives = new Map(
      policy.split("; ").map((directive) => {
        const [name = "", ...sources] = directive.split(" ");
        return [name, sources.join(" ")];
      }),
    );
    assertEquals(directives.get("default-src"), "'none'");
    for (const name of ["script-src", "style-src", "connect-src"]) {
      assertEquals(directives.get(name), "'self'", name);
    }
    for (const name of ["base-uri", "form-action", "frame-ancestors"]) {
      assertEquals(directives.get(name), "'none'", name);
    }
    assertEquals(directives.get("require-trusted-types-for"), "'script'");
    assertEquals(page.headers.get("access-control-allow-origin"), null);
  }
  for (const file of filesOf(STATIC).filter((file) => file !== "index.html")) {
    const { headers } = await get(server, pathOf(file));
    // A worker's own goes for what it fetches.
    const policy = file === "sw.js"
      ? "default-src 'none'; connect-src 'self'"
      : "default-src 'none'; frame-ancestors 'none'";
    assertEquals(headers.get("content-security-policy"), policy, file);
    // Any page may import the client, and its parts.
    const open = file.endsWith(".js") ? "*" : null;
    assertEquals(headers.get("access-control-allow-origin"), open, file);
  }
});

it("every address that the page, its styles and modules name is served, and no file is idle", async () => {
  await using server = await startServer();
  const seen = new Set<string>();
  const follow = async (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const { status, text } = await get(server, path);
    assertEquals(status, 200, path);
    for (const named of addressesIn(path, text)) {
      const url = new URL(named, server.url + path);
      assertEquals(url.origin, server.url, `${path} names ${named}`);
      await follow(url.pathname);
    }
  };
  // What others import is not what the page does, and the API's page is one of its own.
  for (const path of ["/", "/chat.js", "/api"]) await follow(path);
  const made = ["/shell.json", "/api", "/api/openapi.json"];
  assertEquals([...seen].toSorted(), [...filesOf(STATIC).map(pathOf), ...made].toSorted());
});

it("the service worker is told of every file that the page may need", async () => {
  await using server = await startServer();
  const { headers, text } = await get(server, "/shell.json");
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals(headers.get("cache-control"), "no-cache");
  const { version, files } = JSON.parse(text);
  assertMatch(version, /^[\w-]{22}$/);
  const all = filesOf(STATIC).map(pathOf).filter((path) =>
    path !== "/sw.js" && !path.endsWith(".d.ts")
  );
  assertEquals(files.toSorted(), all.toSorted());
});

it("nothing else is served, and nothing is written", async () => {
  await using server = await startServer();
  for (
    const path of [
      "/deno.json",
      "/index.html",
      "/static/app.js",
      "/main.ts",
      "/src/app.ts",
      "/../main.ts",
      "/sdk/..%2f..%2fmain.ts",
      "/css",
      "/r/",
      "/r/a/b",
      "/r/a/4b",
      "/r/a/42/1",
      "/__proto__",
    ]
  ) {
    const { status, headers } = await get(server, path);
    assertEquals(status, 404, path);
    assertMatch(headers.get("content-type") ?? "", /^application\/problem\+json/, path);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await fetch(`${server.url}/app.js`, { method });
    await response.body?.cancel();
    assertEquals(response.status, 404, method);
  }
  const head = await fetch(`${server.url}/app.js`, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
});

/** The files below a folder, relative to it; `deno.json` is for the type check alone. */
function filesOf(folder: URL, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? filesOf(new URL(`${name}/`, folder), `${prefix}${name}/`)
      : prefix + name === "deno.json"
      ? []
      : [prefix + name]
  );
}

function pathOf(file: string): string {
  return file === "index.html" ? "/" : `/${file.replace(/\.base64$/, "")}`;
}

function contentOf(file: string): Uint8Array {
  const bytes = Deno.readFileSync(new URL(file, STATIC));
  return file.endsWith(".base64") ? Uint8Array.fromBase64(new TextDecoder().decode(bytes)) : bytes;
}

/** What a page, a style sheet or a module makes the browser fetch. */
function addressesIn(path: string, text: string): string[] {
  const pattern = path.endsWith(".css")
    ? /(?:url\(\s*|@import\s+)["']?([^"')\s]+)/g
    : /\.[jt]s$/.test(path)
    ? /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\(?\s*"([^"]+)"|"(\/[\w/]+\.\w+)"|^\/\/ @ts-self-types="(.+)"/gm
    : path.endsWith(".webmanifest")
    ? /"(?:src|start_url)": "([^"]+)"/g
    : /<(?:link|script|img|use|a)\b[^>]*\b(?:href|src)="([^"#][^"]*)"/g;
  return [...text.matchAll(pattern)].map(([, ...named]) => named.find(Boolean) ?? "");
}

async function get(server: Server, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, { headers });
  const bytes = await response.bytes();
  const text = new TextDecoder().decode(bytes);
  return { status: response.status, headers: response.headers, bytes, text };
}
