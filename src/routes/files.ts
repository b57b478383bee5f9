// Files over HTTP (W19): uploaded to a room, given to those who may read there, and dropped again while
// no message has them.
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { permit, type Permitted } from "../call.ts";
import { isPicture } from "../file_type.ts";
import type { Files, NotTaken } from "../files.ts";
import type { Admission } from "../gate/gate.ts";
import { refuse } from "../gate/refusal.ts";
import { isGuest } from "../identity.ts";
import { network } from "../network.ts";
import { isFileId, type Permission, type RoomName } from "../protocol.ts";
import type { KeptFile } from "../store/file_store.ts";
import { answer, answerRefused } from "./answer.ts";
import { type ApiOptions, SAME_AGAIN } from "./api.ts";
import { disposition, isKnown, rangeOf } from "./content.ts";
import type { AppEnv } from "./env.ts";
import { bodyOf } from "./file_body.ts";
import { only } from "./method.ts";
import { operation } from "./operation.ts";
import * as shapes from "./shapes.ts";
import { BodyBroken, chunksOf } from "./upload_body.ts";

const FILES = "/api/rooms/:room/files";
const FILE = `${FILES}/:id` as const;
const CACHED = "private, max-age=86400, immutable";
const POLICY = "sandbox; default-src 'none'";
/** What `curl -F` and `FormData` send: kept as it comes, it would be no file that anybody can open. */
const FORM = /^multipart\/form-data\s*(;|$)/i;

export interface FileOptions extends ApiOptions {
  files: Files;
}

type Let = Extract<Permitted, { ok: true }>;
/** Its place is given back once; by an answer that has a file, when that has ended. */
type Admitted = Extract<Admission, { ok: true }>;

export function files({ hub, gate, files }: FileOptions) {
  /** For who is let in, and may do that in the room of the path. */
  const asked = (
    what: "upload" | "file",
    permission: Permission,
    run: (context: Context<AppEnv>, permitted: Let, admitted: Admitted) => Promise<Response>,
  ) =>
  async (context: Context<AppEnv>): Promise<Response> => {
    const { req, env } = context;
    const admitted = await gate.admit(req.raw, env.address, what === "file");
    if (!admitted.ok) return answer(context, admitted);
    const { identity, address, limit, release } = admitted;
    let isHeld = false;
    try {
      const caller = { hub, identity, address, limit };
      const permitted = await permit(caller, what, permission, req.param("room") ?? "");
      if (!permitted.ok) return answerRefused(context, permitted.refusal);
      const response = await run(context, permitted, admitted);
      isHeld = response.body !== null && response.headers.has("etag");
      return response;
    } finally {
      if (!isHeld) release();
    }
  };

  const upload = asked("upload", "write", async (context, { room, uid }, { identity, address }) => {
    const { req } = context;
    if (identity.isFresh) {
      return answer(context, refuse(401, "UNAUTHORIZED", `an upload ${SAME_AGAIN}`));
    }
    if (files.maxBytes === 0) {
      return answer(context, refuse(403, "FORBIDDEN", "this server takes no files"));
    }
    if (FORM.test(req.header("content-type") ?? "")) {
      const message = "the body must be the file itself, not a form that holds it";
      return answer(context, refuse(415, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    if (Number(req.header("content-length")) > files.maxBytes) return notTaken(context, "long");
    const name = req.query("name") ?? "";
    // Who comes as another guest each time is still of one address.
    const account = isGuest(uid) ? `guest:${network(address)}` : uid;
    try {
      const taken = await files.take({ room, uid, name, account }, chunksOf(req.raw.body));
      if (!taken.ok) return notTaken(context, taken.why);
      const url = pathOf(room, taken.file.id);
      return context.json({ ...taken.file, url }, 201, {
        location: url,
        "cache-control": "no-store",
      });
    } catch (error) {
      if (!(error instanceof BodyBroken)) throw error;
      if (!error.isLate) return answer(context, refuse(400, "PARSE_ERROR", error.message));
      // Else it would go on, after the answer.
      context.header("connection", "close");
      const message = "an upload must come at 8192 bytes a second or more";
      return answer(context, refuse(408, "TIMEOUT", message));
    }
  });

  /** The connection goes on: what nginx still sends of it would else be cut, and become its 502. */
  const notTaken = (context: Context<AppEnv>, why: NotTaken) => {
    const refused = {
      empty: refuse(400, "INVALID_FIELD", "a file must have at least one byte, as the body"),
      long: refuse(413, "TOO_LARGE", `a file must have at most ${files.maxBytes} bytes`),
      full: refuse(507, "FILES_FULL", "the server has no place for this file"),
      unsent: refuse(
        507,
        "FILES_FULL",
        `files that you uploaded and that are in no message have at most ${files.maxUnsentBytes} bytes`,
      ),
    }[why];
    return answer(context, refused);
  };

  const get = asked("file", "read", async (context, permitted, { release }) => {
    const { req } = context;
    const id = req.param("id") ?? "";
    const file = isFileId(id) ? await files.find(id) : undefined;
    if (!file || !isFor(file, permitted)) return missing(context, id);
    const { type, bytes, name } = file;
    const etag = `"${id}"`;
    const headers = {
      "content-type": type === "text/plain" ? "text/plain; charset=utf-8" : type,
      "content-disposition": disposition(name, isPicture(type)),
      "content-security-policy": POLICY,
      "cache-control": CACHED,
      "accept-ranges": "bytes",
      etag,
    };
    context.header("vary", "authorization, cookie", { append: true });
    if (isKnown(req.header("if-none-match"), etag)) return context.body(null, 304, headers);
    const ifRange = req.header("if-range") ?? etag;
    const range = ifRange === etag ? rangeOf(req.header("range"), bytes) : undefined;
    if (range === null) {
      context.header("content-range", `bytes */${bytes}`);
      const message = `this file has ${bytes} bytes`;
      return answer(context, refuse(416, "RANGE_NOT_SATISFIABLE", message));
    }
    const { start, end } = range ?? { start: 0, end: bytes };
    const length = end - start;
    const status = range ? 206 : 200;
    if (range) context.header("content-range", `bytes ${start}-${end - 1}/${bytes}`);
    context.header("content-length", String(length));
    if (req.raw.method === "HEAD") return context.body(null, status, headers);
    const reading = await files.read(id, start, end);
    if (!reading) return missing(context, id);
    const { cut = () => {} } = context.env;
    return context.body(bodyOf(reading, length, release, cut), status, headers);
  });

  const drop = asked("file", "read", async (context, { room, uid }) => {
    const id = context.req.param("id") ?? "";
    const isDropped = isFileId(id) && await files.drop(id, room, uid);
    return isDropped ? context.body(null, 204) : missing(context, id);
  });

  const params = { id: v.pipe(v.string(), v.description("The `id` of a file.")) };
  const described = {
    upload: operation({
      id: "uploadFile",
      tag: "files",
      summary: "Upload a file to a room",
      detail: "The body is the file itself, of any type. A message there may then name its `id`.",
      query: { name: v.exactOptional(v.string()) },
      media: ["*/*"],
      answers: { 201: shapes.file },
    }, upload),
    get: operation({
      id: "getFile",
      tag: "files",
      summary: "Read a file",
      detail: "Whole, or the one range that `Range` asks for.",
      params,
      answers: { 200: "application/octet-stream", 206: "application/octet-stream", 304: null },
    }, get),
    drop: operation({
      id: "dropFile",
      tag: "files",
      summary: "Drop a file of one's own that is in no message yet",
      params,
      answers: { 204: null },
    }, drop),
  };
  return new Hono<AppEnv>()
    .post(FILES, described.upload)
    .all(FILES, only("POST"))
    .get(FILE, described.get)
    .delete(FILE, described.drop)
    .all(FILE, only("GET", "HEAD", "DELETE"));
}

/** One that is in no message yet is its uploader's alone. */
function isFor({ room, uid, said }: KeptFile, permitted: Let): boolean {
  if (room !== permitted.room) return false;
  return said === undefined ? uid === permitted.uid : said >= permitted.from;
}

function pathOf(room: RoomName, id: string): string {
  return `/api/rooms/${encodeURIComponent(room)}/files/${id}`;
}

/** The same for one that never was, is gone, or is not for who asks. */
function missing(context: Context<AppEnv>, id: string): Response {
  context.header("content-length", undefined);
  context.header("content-range", undefined);
  return answer(context, refuse(404, "NOT_FOUND", `there is no file ${id} in this room`));
}
