// Serves the browser client's files. They are part of the program: imported as text, so that the
// module graph alone holds everything. A test holds that every file of static/ is here.
import { type Context, Hono } from "hono";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { CSS_FILES } from "./css_files.ts";
import type { AppEnv } from "./env.ts";
import { MODEL_FILES } from "./model_files.ts";
import { Brotli, encodingsOf, Packed } from "./packed.ts";
import { PAGE_FILES } from "./page_files.ts";
import { SDK_FILES } from "./sdk_files.ts";
import { VIEW_FILES } from "./view_files.ts";

/** Path → text. */
const FILES: Record<string, string> = {
  ...PAGE_FILES,
  ...CSS_FILES,
  ...MODEL_FILES,
  ...SDK_FILES,
  ...VIEW_FILES,
};

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  ts: "application/typescript; charset=utf-8",
  webmanifest: "application/manifest+json",
};

/** Scripts and styles of the page's own, nothing else, and no HTML from strings. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // What a guest sees of files it has fetched itself, with a credential that no image could show.
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types snug-worker",
].join("; ");

/** The service worker's own: what it fetches for the page goes by this one. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'";

/** A room's own path, and that of a message in it. */
const PAGES = ["/", "/r/:room", "/r/:room/", "/r/:room/:seq{[0-9]+}", "/r/:room/:seq{[0-9]+}/"];

/**
 * Serves the page at the paths of rooms and messages, and the files beside it. A page says whether
 * one needs a token: there the door waits for what the server says of its visitor, and elsewhere
 * it opens at once.
 */
export function assets({ isOpen }: { isOpen: boolean }) {
  const routes = new Hono<AppEnv>();
  const files = { ...FILES };
  if (!isOpen) files["/"] = FILES["/"]!.replace("<html ", "<html data-needs-token ");
  // What the service worker keeps, which is not types; it is another version when any file is another.
  const shell = {
    version: tagOf(JSON.stringify(files)),
    files: Object.keys(files).filter((path) => path !== "/sw.js" && !path.endsWith(".d.ts")),
  };
  files["/shell.json"] = JSON.stringify(shell);
  const brotli = new Brotli();
  for (const [path, text] of Object.entries(files)) {
    const type = path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    const isText = type !== "png";
    const file = new Packed(
      Uint8Array.from(Buffer.from(text, isText ? "utf-8" : "base64")),
      brotli,
    );
    const tag = tagOf(text);
    // Of whichever form it is, in a list, made weak by a proxy that compresses (RFC 9110, 13.1.2).
    const known = new RegExp(`"${tag}[^"]*"`);
    const headers = headersOf(path, type);
    const answer = (context: Context<AppEnv>) => {
      const [etag] = known.exec(context.req.header("if-none-match") ?? "") ?? [];
      if (etag) return context.body(null, 304, { ...headers, etag });
      const taken = isText ? encodingsOf(context.req.header("accept-encoding")) : [];
      const { encoding, bytes } = file.as(taken);
      const isPacked = encoding !== "identity";
      return context.body(bytes, 200, {
        ...headers,
        etag: `"${isPacked ? `${tag}-${encoding}` : tag}"`,
        ...(isPacked && { "content-encoding": encoding }),
        // Said here, because an answer to HEAD has no body that it could be counted from.
        "content-length": String(bytes.length),
      });
    };
    for (const route of path === "/" ? PAGES : [path]) routes.get(route, answer);
  }
  return routes;
}

function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function headersOf(path: string, type: string) {
  return {
    "content-type": TYPES[type]!,
    // Asked for again each time, and answered with 304 unless Snug was upgraded.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(type !== "png" && { vary: "accept-encoding" }),
    // Any page may import the client (`/chat.js`).
    ...(type === "js" && {
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    }),
    ...(type === "html" && { "content-security-policy": PAGE_POLICY }),
    ...(path === "/sw.js" && { "content-security-policy": WORKER_POLICY }),
  };
}
