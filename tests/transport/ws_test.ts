import * as ws from "../../src/transport/ws.ts";
import { transportContract } from "./contract.ts";

transportContract("ws", ws);
