// What every route knows of a request besides itself.
import type { Incoming } from "../transport/transport.ts";

export type AppEnv = { Bindings: Incoming };
