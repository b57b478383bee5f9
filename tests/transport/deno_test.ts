import * as deno from "../../src/transport/deno.ts";
import { transportContract } from "./contract.ts";

transportContract("deno", deno);
