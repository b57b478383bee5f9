// @ts-check
// The service worker, as the page knows it. Browsers have it only over https and on this machine.

/** @type {Promise<ServiceWorkerRegistration | null> | undefined} */
let started;

/** Lets it keep the shell; null where there is none. */
export function startWorker() {
  return started ??= start();
}

async function start() {
  try {
    const url = scriptUrl("/sw.js");
    await navigator.serviceWorker.register(url, { updateViaCache: "none" });
    return await navigator.serviceWorker.ready;
  } catch {
    return null;
  }
}

/** The page's policy has browsers ask for a promise that an address is its own. @param {string} url */
function scriptUrl(url) {
  // No part of the types that TypeScript knows.
  const { trustedTypes } = /** @type {any} */ (globalThis);
  const policy = trustedTypes?.createPolicy("snug-worker", {
    /** @param {string} url */
    createScriptURL: (url) => url,
  });
  return /** @type {string} */ (policy?.createScriptURL(url) ?? url);
}
