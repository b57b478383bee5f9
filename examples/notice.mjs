// @ts-check
// Tells a room that a version is out, once, however often it is run: node examples/notice.mjs 1.4
// SNUG_TOKEN is a user's token, SNUG_URL and SNUG_ROOM say where. Ends with 1 and says why if it can't.
import process from "node:process";

const { SNUG_URL = "http://127.0.0.1:8000", SNUG_ROOM = "general", SNUG_TOKEN } = process.env;
const TRIES = 5;
const version = process.argv[2];
if (!version || !SNUG_TOKEN) {
  console.error("usage: SNUG_TOKEN=… node notice.mjs VERSION");
  process.exit(2);
}

/** @param {number} tries */
async function tell(tries) {
  const address = `${SNUG_URL}/api/rooms/${encodeURIComponent(SNUG_ROOM)}/messages`;
  const answer = await fetch(address, {
    method: "POST",
    headers: {
      "authorization": `Bearer ${SNUG_TOKEN}`,
      "content-type": "application/json",
      // The same key of the same user is kept once: trying again is safe.
      "idempotency-key": `version-${version}`,
    },
    body: JSON.stringify({ text: `Version ${version} is out.` }),
  }).catch((error) => new Response(JSON.stringify({ detail: String(error) }), { status: 503 }));
  const { seq, detail } = await answer.json();
  if (answer.ok) return console.log(`kept as ${seq}`);
  if (tries === 1 || ![429, 503].includes(answer.status)) {
    console.error(`not said: ${detail}`);
    process.exit(1);
  }
  const seconds = Number(answer.headers.get("retry-after") ?? 1);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await tell(tries - 1);
}

await tell(TRIES);
