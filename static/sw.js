// @ts-check
// The service worker: keeps the page's own files for when the server can't be reached, and shows
// notifications. What the server has always comes first; sockets, the API and tokens never pass.

/** @typedef {{waitUntil(work: Promise<unknown>): void}} Extendable */
/** @typedef {Extendable & {request: Request, respondWith(answer: Promise<Response>): void}} Fetch */
/** @typedef {Extendable & {notification: Notification}} Click */

/** A worker's own scope, which the types of pages do not know. */
const worker = /** @type {any} */ (self);

/** `{version, files}`: the version changes whenever one of the files does. */
const LIST = "/shell.json";
const KEPT = /\.(js|css|svg|png|webmanifest)$/;
const PAGE = /^\/(r\/|$)/;
/** A proxy answers these when the server behind it is away. */
const AWAY = [502, 503, 504];

worker.addEventListener("install", (/** @type {Extendable} */ event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (/** @type {Extendable} */ event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener("fetch", (/** @type {Fetch} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.mode === "navigate" && PAGE.test(pathname);
  const isFile = KEPT.test(pathname) && !pathname.startsWith("/api/");
  if (request.method !== "GET" || origin !== location.origin || !(isPage || isFile)) return;
  event.respondWith(answer(request, isPage ? "/" : pathname));
  if (isPage) event.waitUntil(keepShell().catch(() => {}));
});

worker.addEventListener("notificationclick", (/** @type {Click} */ event) => {
  event.notification.close();
  event.waitUntil(openRoom(event.notification.data));
});

/** What the server answers, or else what is kept. @param {Request} request @param {string} path */
async function answer(request, path) {
  const kept = () => caches.match(path, { ignoreVary: true });
  try {
    const response = await fetch(request);
    return AWAY.includes(response.status) ? await kept() ?? response : response;
  } catch {
    return await kept() ?? Response.error();
  }
}

/** Keeps all files of one version together, and then no other version. */
async function keepShell() {
  const { version, files } = await (await fetch(LIST)).json();
  const name = `shell-${version}`;
  if (await (await caches.open(name)).match("/")) return;
  try {
    await (await caches.open(name)).addAll(files);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
  for (const other of await caches.keys()) if (other !== name) await caches.delete(other);
}

/** @param {{room: string, path: string}} place */
async function openRoom({ room, path }) {
  const [page] = await worker.clients.matchAll({ type: "window" });
  if (!page) return void await worker.clients.openWindow(path);
  page.postMessage({ room });
  await page.focus();
}
