// Lines that come from a pipe or a file: each is said as it stands, no faster than the server keeps
// them. A command in there would let whoever wrote the lines do what only their sender may.
import type { Chat } from "../../static/chat.js";

/** Lines that may wait for the server at once. */
const WAITING = 64;

/** Resolves with how many were refused, when none waits any more. */
export async function sayLines(
  chat: Chat,
  room: string,
  lines: AsyncIterable<string>,
): Promise<number> {
  let refused = 0;
  let changed = Promise.withResolvers<void>();
  chat.on("outgoing", ({ status }) => {
    if (status === "failed") refused++;
    changed.resolve();
  });
  const atMost = async (count: number) => {
    while (chat.unsent.length > count) {
      await changed.promise;
      changed = Promise.withResolvers();
    }
  };
  for await (const line of lines) {
    if (line.trim() === "") continue;
    await atMost(WAITING - 1);
    chat.say(room, line);
  }
  await atMost(0);
  return refused;
}
