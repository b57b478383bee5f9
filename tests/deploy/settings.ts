// What the files of deploy/ set, held to the settings that there are.
import { assert } from "@std/assert";
import { type Config, readConfig } from "../../src/config.ts";
import { environment, readStages, ROOT } from "./dockerfile.ts";

export type Env = Record<string, string>;

export const text = (path: string) => Deno.readTextFile(new URL(`deploy/${path}`, ROOT));
const image = environment((await readStages()).find(({ name }) => name === "server")!);
/** What is still to be done after the last client was sent home, in milliseconds. */
export const CLOSING_MS = 2000;

/** The settings that these are for Snug, each of which it knows. */
export function configured(env: Env): Config {
  const read = readConfig(env);
  assert(read.ok, read.ok ? "" : read.problems.join("\n"));
  for (const name of Object.keys(env)) assert(name in read.config, `${name} is not a setting`);
  return read.config;
}

/** The image's own settings, and on top of them these. */
export function inImage(env: Env): Config {
  const own = Object.entries(image).filter(([name]) => !name.startsWith("DENO_"));
  return configured({ ...Object.fromEntries(own), ...env });
}

/** An environment of compose, as it puts in what is not set. */
export function given(environment: Env): Env {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\w+:-(.*)\}/, "$1"),
    ]),
  );
}

/** An environment of a pod's container; what comes from a secret is put in by its name. */
export function ofContainer(env: { name: string; value?: string }[], secrets: Env = {}): Env {
  return Object.fromEntries(
    env.map(({ name, value }) => [name, value ?? secrets[name] ?? `secret-${name}`]),
  );
}
