// What every route knows of a request besides itself.
import type { Incoming } from "../socket.ts";

export type AppEnv = { Bindings: Incoming };
