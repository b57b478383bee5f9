import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { argumentsFor, build, drive, type Orders, parseReport } from "../../bench/generator.ts";
import { needs } from "../harness/needs.ts";
import { startProcess } from "../harness/process.ts";
import { tempFolder } from "../harness/temp.ts";

const dialect = {
  path: "/ws/r%r",
  steps: ["wait:welcome", 'text:{"join":"r%r"}'],
  payload: '{"room":"r%r","text":"%T","ref":"%U"}',
  ack: '"type":"ack","ref":"U',
};

let generator: Promise<string> | undefined;

/** Compiled once for all tests of this file. */
async function compile(): Promise<string> {
  const folder = await Deno.makeTempDir();
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await build(`${folder}/generator`);
  return `${folder}/generator`;
}

/** Two clients in each of two rooms, and a server that makes of a message what `answer` says. */
async function report(
  load: Partial<Orders["load"]>,
  answer: (message: string, count: number) => string[],
  seconds = 0.2,
  pids = [Deno.pid],
) {
  generator ??= compile();
  const rooms = new Map<string, WebSocket[]>();
  let count = 0;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const room = new URL(request.url).pathname.slice("/ws/".length);
    socket.onopen = () => {
      socket.send("not yet");
      if (/^r\d$/.test(room)) socket.send("welcome");
    };
    socket.onmessage = ({ data }) => {
      const { join, room } = JSON.parse(data);
      if (join) rooms.set(join, [...rooms.get(join) ?? [], socket]);
      else {for (const frame of answer(data, ++count)) {
          rooms.get(room)!.forEach((s) => s.send(frame));
        }}
    };
    return response;
  });
  const { port } = server.addr;
  const orders = { port, pids, dialect, seconds };
  const asked = { connections: 4, rooms: 2, senders: 4, idleSeconds: 0, ...load };
  return await drive(await generator, { ...orders, load: asked });
}

const lostOf = ({ phases }: { phases: object[] }) =>
  phases.map((phase) => "lost" in phase ? phase.lost : "behind");

const itCompiles = needs("cc");

describe("the generator", () => {
  itCompiles("finds every message, alone in a frame or with others", async () => {
    const held: string[] = [];
    const said = await report({ window: 4, count: 210 }, (message, count) => {
      held.push(message);
      // Pairs, pairs with a gap as long as a message, and threes.
      if (![2, 4, 0].includes(count % 7)) return [];
      const gap = count % 7 === 4 ? `\n${" ".repeat(message.length)}\n` : "\n";
      return [held.splice(0).join(gap)];
    });
    assertEquals([said.joined, said.dead, lostOf(said)], [4, 0, [0]]);
  });

  itCompiles("reports each message that is lost, and each that came twice", async () => {
    const losing = await report({ window: 4, count: 50 }, (m, count) => count === 7 ? [] : [m]);
    assertEquals(lostOf(losing), [2]);
    const doubling = await report(
      { window: 4, count: 50 },
      (m, n) => n === 7 ? [`${m}\n${m}`] : [m],
    );
    assertEquals(lostOf(doubling), [-2]);
  });

  itCompiles("counts acks by their ref where it is told to, and no copies", async () => {
    const load = { rooms: 4, window: 4, count: 50, countsAcks: true } as const;
    const said = await report(load, (message, count) => {
      const ack = JSON.stringify({ type: "ack", ref: JSON.parse(message).ref });
      return count === 7 ? [message] : [ack, message];
    });
    assertEquals(lostOf(said), [1]);
  });

  itCompiles("gives up at the first rate that is not carried", async () => {
    const load = { rates: [100, 200, 300] };
    const said = await report(load, (m, count) => count <= 200 ? [m] : [], 1.5);
    const [last, ...carried] = lostOf(said).toReversed();
    assertEquals([last, carried.length < 2, carried.every((lost) => lost === 0)], [
      "behind",
      true,
      true,
    ]);
  });

  itCompiles("tells apart what each process of a server used", async () => {
    await using idle = startProcess("sleep", { args: ["60"] });
    const { phases } = await report({ window: 4 }, (message) => [message], 1, [Deno.pid, idle.pid]);
    const [phase] = phases;
    assert(phase && !phase.behind);
    const [busy, none] = phase.cpuSeconds;
    assert(busy! > 0 && phase.serverBusy > 0, `${busy}`);
    assertEquals([none, phase.cpuSeconds.length], [0, 2]);
  });

  itCompiles("names an option that it does not know", async () => {
    await using folder = await tempFolder();
    await build(`${folder.path}/generator`);
    const { code, stderr } = await new Deno.Command(`${folder.path}/generator`, {
      args: ["--clientz", "4"],
    }).output();
    assertEquals(code, 2);
    assertEquals(new TextDecoder().decode(stderr), "no such option or value: --clientz 4\n");
  });

  it("is asked to count acks only of a server that has some", () => {
    const load = { connections: 4, rooms: 4, countsAcks: true as const };
    const args = (ack?: string) => {
      const spoken = { path: "/ws", steps: [], payload: "%T", ...ack && { ack } };
      return argumentsFor({ port: 1, pids: [1], seconds: 1, dialect: spoken, load });
    };
    assertEquals(args().includes("--marker"), false);
    assertEquals(args("ack:").slice(args("ack:").indexOf("--marker"))[1], "ack:");
  });
});

describe("the generator's line", () => {
  it("is read", () => {
    const line = '{"joined":1,"joinsPerSecond":2,"joinBytes":3,"joinDeliveries":4,' +
      '"joinGeneratorBusy":0.5,"memoryKib":5,"phases":[],"dead":0}';
    assertEquals(parseReport(line, "").joinDeliveries, 4);
  });

  for (const line of ["", "{}", '{"joined":1,"phases":[]}', "Segmentation fault"]) {
    it(`“${line}” is refused with what the generator complained of`, () => {
      assertThrows(() => parseReport(line, "connect: refused"), Error, "connect: refused");
    });
  }

  it("is missed where there is no such program", async () => {
    const orders = { port: 1, pids: [1], dialect, load: { connections: 1, rooms: 1 }, seconds: 1 };
    await assertRejects(() => drive("/no/such/generator", orders), Error, "no report");
  });
});
