// @ts-check
// Files of a server over HTTP (W19), under the credential of the connection. Knows nothing of messages.
import { roomName } from "./questions.js";
import { ChatError } from "./requests.js";
/** @import {Uploaded, UploadOptions} from "../chat.js" */
/** @import {Address} from "./address.js" */
/** @import {Credential} from "./credential.js" */

/** @typedef {(url: URL, init: RequestInit) => Promise<Response>} Send */

export class Files {
  #address;
  #credential;
  #fetch;

  /** @param {Address} address @param {Credential} credential @param {typeof fetch} fetch */
  constructor(address, credential, fetch) {
    this.#address = address;
    this.#credential = credential;
    this.#fetch = fetch;
  }

  /**
   * @param {string} room
   * @param {Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> | ReadableStream | string} body
   * @param {UploadOptions} options
   * @returns {Promise<Uploaded>}
   */
  async upload(room, body, { name, signal, onProgress }) {
    const isStream = body instanceof ReadableStream;
    const given = name ?? (body instanceof Blob && "name" in body ? String(body.name) : "");
    const XHR = /** @type {any} */ (globalThis).XMLHttpRequest;
    /** @type {Send} */
    const send = onProgress && XHR && !isStream
      ? (url, init) => sendSeen(new XHR(), url, init, onProgress)
      : this.#fetch;
    const init = { method: "POST", body, ...(isStream && { duplex: "half" }) };
    const response = await this.#ask(send, pathOf(room), { name: given }, init, signal);
    return await response.json();
  }

  /** @param {string} room @param {string} id @param {AbortSignal} [signal] */
  get(room, id, signal) {
    return this.#ask(this.#fetch, pathOf(room, id), {}, { method: "GET" }, signal);
  }

  /** @param {string} room @param {string} id */
  async drop(room, id) {
    await this.#ask(this.#fetch, pathOf(room, id), {}, { method: "DELETE" });
  }

  /**
   * @param {Send} send
   * @param {string} path
   * @param {Record<string, string>} query
   * @param {RequestInit} init
   * @param {AbortSignal} [signal]
   */
  async #ask(send, path, query, init, signal) {
    const [url, { headers }] = this.#address.api(path, query, this.#credential.offer);
    const response = await send(url, { ...init, headers, ...(signal && { signal }) }).catch(() => {
      signal?.throwIfAborted();
      const message = "The server could not be reached, or the connection ended.";
      throw new ChatError({ code: "UNAVAILABLE", message });
    });
    if (response.ok) return response;
    const problem = await response.json().catch(() => null);
    // What stands between the two may answer too, and says nothing that is known here.
    const unknown = { code: "UNAVAILABLE", message: `The server answered ${response.status}.` };
    throw new ChatError(typeof problem?.code === "string" ? problem : unknown);
  }
}

/** @param {string} room @param {string} [id] */
function pathOf(room, id) {
  const files = `rooms/${encodeURIComponent(roomName(room))}/files`;
  return id === undefined ? files : `${files}/${encodeURIComponent(id)}`;
}

/**
 * Browsers tell only here how much of a body has gone.
 * @param {any} request
 * @param {URL} url
 * @param {RequestInit} init
 * @param {NonNullable<UploadOptions["onProgress"]>} onProgress
 * @returns {Promise<Response>}
 */
function sendSeen(request, url, { method, headers, body, signal }, onProgress) {
  const answered = Promise.withResolvers();
  request.open(method, url);
  new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value));
  request.upload.onprogress = (/** @type {{loaded: number, total: number}} */ { loaded, total }) =>
    onProgress(loaded, total);
  request.onload = () => {
    const { responseText, status } = request;
    answered.resolve(new Response(responseText, { status }));
  };
  request.onerror = request.onabort = () => answered.reject(new TypeError("it was not sent"));
  const abort = () => request.abort();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) answered.reject(signal.reason);
  else request.send(body);
  return answered.promise.finally(() => signal?.removeEventListener("abort", abort));
}
