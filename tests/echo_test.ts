import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Echo } from "../src/echo.ts";
import { EVERYWHERE } from "../src/sanctions.ts";
import { Core } from "./core/core.ts";
import { FakeSocket } from "./core/fake_socket.ts";

const ADDRESS = "192.0.2.1";
const ada = { uid: "ada", name: "Ada", expires: null, seal: null };

/** Opens an echo for Ada, and gives the code with which it was closed at once. */
function openEcho({ hub }: Core): number | undefined {
  const socket = new FakeSocket();
  const echo = Echo.open({ hub, socket, identity: ada, address: ADDRESS });
  const code = socket.closedWith?.code;
  echo.closed();
  return code;
}

describe("echo", () => {
  it("W15.2 stays open", () => {
    assertEquals(openEcho(new Core()), undefined);
  });

  it("W10.8 of somebody who is banned from everything is refused", async () => {
    const core = new Core();
    await core.hub.sanctions.ban(EVERYWHERE, "ada", Infinity, "Mara", []);
    assertEquals(openEcho(core), 4003);
  });

  it("W13.2 that was on its way in when everyone was sent home goes too", () => {
    const core = new Core();
    core.hub.drain();
    assertEquals(openEcho(core), 1012);
  });
});
