// The contract of a transport (src/transport/transport.ts and src/socket.ts): each of them is held
// to all of it against its real listener. Where one can't do something, it is held to what it does
// instead, so that the test fails on the day when its abilities change.
import { describe } from "@std/testing/bdd";
import type { Transport } from "./application.ts";
import { closeContract } from "./contract_close.ts";
import { crowdContract } from "./contract_crowd.ts";
import { endContract } from "./contract_end.ts";
import { faultContract } from "./contract_fault.ts";
import { handshakeContract } from "./contract_handshake.ts";
import { limitContract } from "./contract_limit.ts";
import { messageContract } from "./contract_message.ts";
import { pingContract } from "./contract_ping.ts";
import { protocolErrorContract } from "./contract_protocol_error.ts";
import { stallContract } from "./contract_stall.ts";
import { stopContract } from "./contract_stop.ts";

/** Makes the tests of the whole contract for one transport. */
export function transportContract(name: string, transport: Transport) {
  describe(`the ${name} transport`, () => {
    handshakeContract(transport);
    messageContract(transport);
    limitContract(transport);
    protocolErrorContract(transport);
    pingContract(transport);
    closeContract(transport);
    endContract(transport);
    stallContract(transport);
    faultContract(transport);
    crowdContract(transport);
    stopContract(transport);
  });
}
