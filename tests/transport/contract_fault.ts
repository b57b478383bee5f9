import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE } from "../harness/raw.ts";
import {
  type Application,
  type Behaviour,
  openApplication,
  type Transport,
} from "./application.ts";
import { closeFrame, untilClose } from "./close_frame.ts";

const { text, binary } = OPCODE;

const fail = () => {
  throw new Error("on purpose");
};

/** Takes out the faults that were expected. */
function assertFaults(application: Application, count: number) {
  assertEquals(application.faults.splice(0), Array(count).fill("Error: on purpose"));
}

export function faultContract(transport: Transport) {
  for (const opcode of [text, binary]) {
    it(`W13 a handler of ${opcode === text ? "text" : "binary"} that throws closes that one with 4500`, async () => {
      let isFailing = false;
      await using application = await openApplication(transport, {
        heard: () => isFailing && fail(),
      });
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      const { peer: other, visit: otherVisit } = await application.connect();
      await using _other = other;
      isFailing = true;
      await peer.write(frame(opcode, "fail"));
      assertEquals(await untilClose(peer), { code: 4500, reason: "internal error" });
      isFailing = false;
      await peer.write(closeFrame(4500, "internal error"));
      assertEquals(await visit.end(), { code: 4500, reason: "internal error" });
      await other.write(frame(text, "others go on"));
      assertEquals(await otherVisit.next(), "others go on");
      assertFaults(application, 1);
    });
  }

  const late: Record<string, Behaviour> = {
    "an application that throws at the opening": { opened: fail },
    "an application that throws at every frame": { heard: fail },
    "an application that throws at the end": { closed: fail },
  };
  for (const [what, behaviour] of Object.entries(late)) {
    it(`${what} is a fault, and the end is told once`, async () => {
      await using application = await openApplication(transport, behaviour);
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await peer.write(frame(text, "hello"));
      await peer.write(closeFrame(1000));
      await untilClose(peer);
      await visit.end();
      await peer.ended();
      assertFaults(application, 1);
    });
  }
}
