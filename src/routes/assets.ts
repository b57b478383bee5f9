// The browser client's files. They are part of the program: imported as text, so that the module
// graph alone holds everything (design §6).
import { Hono } from "hono";
import type { AppEnv } from "./env.ts";

export function assets() {
  return new Hono<AppEnv>();
}
