// A bot of twenty lines: deno run --allow-net --allow-env examples/bot.ts http://127.0.0.1:8000
// Outside of this repository import "http://127.0.0.1:8000/chat.js", with --allow-import.
import { connect } from "../static/chat.js";

const commands = new Map([
  ["!time", () => `It is ${new Date().toISOString()}.`],
  ["!dice", () => `You have thrown a ${1 + Math.floor(Math.random() * 6)}.`],
]);
const token = Deno.env.get("SNUG_TOKEN");
const name = "Croupier";
const chat = connect(Deno.args[0] ?? "http://127.0.0.1:8000", { name, ...(token && { token }) });

// What was said while it was away is told when it is back, so that is answered too, once.
chat.on("entry", (entry) => {
  if (entry.type !== "chat" || entry.uid === chat.me?.uid) return;
  const answer = commands.get(entry.text.trim());
  if (answer) chat.say(entry.room, answer(), { replyTo: entry.seq });
});
chat.on("state", ({ status }) => console.log(status));
await chat.join("general");
