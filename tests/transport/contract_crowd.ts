import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { Batch } from "../../src/batch.ts";
import { openApplication, type Transport } from "./application.ts";
import { openClient } from "../harness/client.ts";

const CROWD = 1000;

export function crowdContract(transport: Transport) {
  it("serves a thousand at once, each of whom sends and gets", async () => {
    let heard = 0;
    const everybody = Promise.withResolvers<void>();
    await using application = await openApplication(transport, {
      isBatched: true,
      heard: () => ++heard === CROWD && everybody.resolve(),
    });
    const url = application.url.replace("http", "ws");
    await using stack = new AsyncDisposableStack();
    const clients = [];
    for (let open = 0; open < CROWD; open += 100) {
      const more = await Promise.all(Array.from({ length: 100 }, () => openClient(url)));
      for (const client of more) clients.push(stack.use(client));
    }
    for (const [index, client] of clients.entries()) client.sendRaw(`${index}`);
    await everybody.promise;
    const said = await Promise.all(application.visits.map((visit) => visit.next()));
    assertEquals(said.map(Number).sort((a, b) => a - b), clients.map((_, index) => index));
    // One batch for all of them, as a room has it.
    const batch = Batch.of("to everybody");
    for (const { socket } of application.visits) socket.send(batch);
    for (const client of clients) assertEquals(await client.nextFrame(), "to everybody");
    for (const client of clients) client.close(1000);
    await Promise.all(application.visits.map((visit) => visit.end()));
  });
}
