import { assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { HANDSHAKE, openRaw } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";

export function stopContract(transport: Transport) {
  it("a stop ends every connection, tells each end once, and takes nobody any more", async () => {
    await using application = await openApplication(transport);
    await using stack = new AsyncDisposableStack();
    const peers = [];
    for (let n = 0; n < 5; n++) peers.push(stack.use((await application.connect()).peer));
    await using idle = await openRaw(application.url);
    await idle.request("/");
    await using _silent = await openRaw(application.url);
    const stopped = application.stop();
    await Promise.all(peers.map((peer) => peer.ended()));
    await idle.ended();
    await stopped;
    for (const visit of application.visits) await visit.end();
    await assertRejects(() => openRaw(application.url));
  });

  it("an upgrade that is answered after the stop does not stay", async () => {
    const asked = Promise.withResolvers<void>();
    const stopping = Promise.withResolvers<void>();
    await using application = await openApplication(transport, {
      fetch: async (_, upgrade) => {
        asked.resolve();
        await stopping.promise;
        return upgrade();
      },
    });
    await using peer = await openRaw(application.url);
    const answered = peer.request("/", HANDSHAKE).catch(() => {});
    await asked.promise;
    const stopped = application.stop();
    stopping.resolve();
    await answered;
    await peer.ended();
    await stopped;
    assertEquals((await application.visits[0]!.end()).code > 1000, true);
  });
}
