// A client that has been welcomed and is in a room, as most tests need one.
import type { Entry, Position, ServerMessage } from "../../src/protocol.ts";
import { type Client, openClient } from "./client.ts";
import type { Server } from "./server.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;
type Told = { welcome: Of<"welcome">; joined: Of<"joined"> };

/** A client with what it was told on its way in. */
export type Visitor = Client & Told;

export type EnterOptions = {
  room?: string;
  username?: string;
  /** A guest's session, from an earlier `welcome`. */
  session?: string | null;
  since?: Position;
  /** Names no subprotocol, and so gets one object in each frame. */
  isPlain?: boolean;
};

/** Connects and joins "general", or another room. */
export async function enter(
  server: Pick<Server, "wsUrl">,
  options: EnterOptions = {},
): Promise<Visitor> {
  const { room = "general", username, session, since, isPlain } = options;
  const url = new URL(server.wsUrl);
  if (username !== undefined) url.searchParams.set("username", username);
  if (session) url.searchParams.set("session", session);
  const client = await openClient(url, isPlain ? {} : { protocols: ["snug.v1"] });
  const welcome = await client.next("welcome");
  client.send({ type: "join", room, ...(since && { since }) });
  const joined = await client.next("joined");
  return Object.assign(client, { welcome, joined });
}

/** Says something with a `ref`; resolves with the `ack`, when it is kept. */
export async function say(
  client: Client,
  text: string,
  { room = "general", ref = crypto.randomUUID() as string } = {},
): Promise<Of<"ack">> {
  client.send({ type: "chat", room, text, ref });
  const isIts = (message: ServerMessage) => message.type === "ack" && message.ref === ref;
  return await client.until(isIts) as Of<"ack">;
}

/** Waits until everything that was on its way to the client, or from it, has arrived. */
export async function settled(client: Client) {
  const ref = crypto.randomUUID();
  client.send({ type: "ping", ref });
  await client.until((message: ServerMessage) => message.type === "pong" && message.ref === ref);
}

/** The messages of this type that came so far, read or not. */
export function heard<T extends ServerMessage["type"]>(client: Client, type: T): Of<T>[] {
  const lines = client.frames.flatMap((frame) =>
    typeof frame === "string" ? frame.split("\n") : []
  );
  return lines.map((line): ServerMessage => JSON.parse(line))
    .filter((message): message is Of<T> => message.type === type);
}

/** What was said, in order. */
export function texts(entries: readonly Entry[]): string[] {
  return entries.map((entry) => "text" in entry ? entry.text : entry.type);
}
