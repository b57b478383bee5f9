// Who moderates a room of the core, and whom.
import { assertEquals } from "@std/assert";
import type { Client, Sent } from "./client.ts";
import { type ConnectOptions, type Core, withCore } from "./core.ts";

export const ROOM = "general";
export const MINUTE = 60_000;
export const MODERATOR: ConnectOptions = {
  uid: "mo",
  grants: [{ pattern: ROOM, permissions: ["moderate"], from: 0 }],
};
export const ADMIN: ConnectOptions = { uid: "root", isAdmin: true };
export const JOIN = { type: "join" as const, room: ROOM, ref: "j" };
export const CHAT = { type: "chat" as const, room: ROOM, text: "hi", ref: "c" };

/** Sends it and takes the one answer. */
export async function ask(
  core: Core,
  client: Client,
  message: Sent,
): Promise<Record<string, unknown>> {
  client.send({ ref: "m", ...message });
  await core.settle();
  const messages = client.take();
  assertEquals(messages.length, 1);
  return { ...messages[0]! };
}

/** A moderator and a guest in the room, who have heard of each other. */
export function withTwo(run: (core: Core, moderator: Client, guest: Client) => unknown) {
  return withCore(async (core) => {
    const moderator = await core.enter("mo", ROOM, MODERATOR);
    const guest = await core.enter("guest", ROOM);
    await core.pass(1000);
    moderator.take();
    guest.take();
    await run(core, moderator, guest);
  });
}
