// Takes the pictures of docs/ with Debian's chromium: a real server is given a past, and its page is
// looked at. It stands on the parts of the tests, and must not be needed by anything.
import { SECRET, sign } from "../tests/gate/issuer.ts";
import { type Client, openClient } from "../tests/harness/client.ts";
import { type Server, startMain, startServer } from "../tests/harness/server.ts";
import { tempFolder } from "../tests/harness/temp.ts";
import type { Guest } from "../tests/page/guest.ts";
import { type GuestOptions, openVisit, type Visit } from "../tests/page/visit.ts";
import { morning, PEOPLE, READ } from "./morning.ts";
import { smallPng } from "./small_png.ts";

const DOCS = new URL("../docs/pictures", import.meta.url).pathname;
const ALL = { "*": ["read", "write"] };
const MODERATED = { "*": ["read", "write", "moderate"] };
const MODERATORS = ["Ines", "Mara", "Ruth"];

/** A server in whose rooms all of this was said today. */
export async function startMorning(folder: string): Promise<Server> {
  const env = {
    STORE_URL: `sqlite:${folder}/snug.db`,
    JWT_SECRET: SECRET,
    ROOMS: "general,on-air",
    HEARTBEAT_MS: "3000000",
  };
  const lines = `${folder}/morning.jsonl`;
  await Deno.writeTextFile(lines, morning(new Date().toLocaleDateString("sv")));
  const { code } = await startMain({ args: ["import", lines], cwd: folder, env }).exited;
  if (code !== 0) throw new Error("the morning could not be brought in");
  return await startServer(env);
}

export function tokenOf(name: keyof typeof PEOPLE): Promise<string> {
  const rooms = MODERATORS.includes(name) ? MODERATED : ALL;
  return sign({ sub: PEOPLE[name], name, rooms });
}

/** The others, each in "general"; Ines has read what she had. */
export async function gather(server: Server): Promise<Record<string, Client>> {
  const clients: Record<string, Client> = {};
  for (const name of Object.keys(PEOPLE) as (keyof typeof PEOPLE)[]) {
    const url = new URL(`${server.wsUrl}?token=${await tokenOf(name)}`);
    const client = await openClient(url, { protocols: ["snug.v1"] });
    for (const room of name === "Ines" ? ["general", "on-air", "transmitter"] : ["general"]) {
      client.send({ type: "join", room });
      await client.until("joined");
    }
    clients[name] = client;
  }
  const { Ines, Mara, Yusuf, Jonas } = clients as Record<string, Client>;
  for (const [room, seq] of Object.entries(READ)) {
    Ines!.send({ type: "read", room, seq, ref: room });
    await Ines!.until((message) => message.type === "read" && message.ref === room);
  }
  // A mention counts for who has a marker, and markers are kept within two seconds (W10.10).
  await new Promise((done) => setTimeout(done, 2500));
  Yusuf!.send({ type: "direct", to: PEOPLE.Ines, text: "The guest takes milk.", ref: "1" });
  Mara!.send({ type: "direct", to: PEOPLE.Ines, text: "On the ferry now.", ref: "1" });
  Mara!.send({ type: "join", room: "on-air" });
  await Mara!.until("joined");
  Mara!.send({ type: "chat", room: "on-air", text: "@Ines the ten o’clock is yours.", ref: "2" });
  await Mara!.until((message) => message.type === "ack" && message.ref === "2");
  Mara!.send({ type: "mute", room: "general", uid: PEOPLE.Tadeusz, minutes: 60 });
  Jonas!.send({ type: "typing", room: "general" });
  await Ines![Symbol.asyncDispose]();
  return clients;
}

/** Ines opens "general", and sees what is new there. */
export async function look(visit: Visit, options: Partial<GuestOptions> = {}): Promise<Guest> {
  const path = `/r/general#token=${await tokenOf("Ines")}`;
  const ines = await visit.open({ ...options, isStill: true, path });
  await ines.goIn("Ines");
  await ines.page.locator(".unread-row").waitFor();
  await ines.frame();
  return ines;
}

/** What is in view, in a file of few bytes. */
async function take({ page }: Guest, file: string) {
  const png = (await page.screenshot()).toBase64();
  const blank = await page.context().newPage();
  const { width, height, rgba } = await blank.evaluate<
    { width: number; height: number; rgba: string }
  >(`(async () => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64,${png}")).blob());
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    return { width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer).toBase64() };
  })()`);
  await blank.close();
  await Deno.writeFile(file, smallPng(width, height, Uint8Array.fromBase64(rgba)));
}

if (import.meta.main) {
  const into = Deno.args[0] ?? DOCS;
  await using folder = await tempFolder();
  await using server = await startMorning(folder.path);
  const clients = await gather(server);
  await using visit = await openVisit(server.url);
  const ines = await look(visit, { width: 1280, height: 770 });
  await take(ines, `${into}/desktop-light.png`);
  await ines.page.emulateMedia({ colorScheme: "dark" });
  await take(ines, `${into}/desktop-dark.png`);
  await ines.page.emulateMedia({ colorScheme: "light" });
  await ines.page.setViewportSize({ width: 390, height: 780 });
  await ines.frame();
  await take(ines, `${into}/phone.png`);
  for (const client of Object.values(clients)) await client[Symbol.asyncDispose]();
}
