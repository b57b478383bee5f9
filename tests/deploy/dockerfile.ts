// The Dockerfile, read, and its steps done in a folder in place of an image: no container is needed
// to see that what it makes runs.
import { startProcess } from "../harness/process.ts";
import { within } from "../harness/within.ts";

export const ROOT = new URL("../../", import.meta.url);
const LIMIT_MS = 120_000;
/** Whoever asks for anything from elsewhere is refused. */
const NO_NETWORK = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };

export type Instruction = { name: string; rest: string };
/** The instructions between one FROM and the next, that one first. */
export type Stage = { name: string; base: string; instructions: Instruction[] };

export async function readStages(): Promise<Stage[]> {
  const text = await Deno.readTextFile(new URL("Dockerfile", ROOT));
  const stages: Stage[] = [];
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, rest] = line.match(/^([A-Z]+) (.+)$/)!;
    if (name === "FROM") {
      const [, base, stage] = rest!.match(/^(\S+) AS (\S+)$/)!;
      stages.push({ name: stage!, base: base!, instructions: [] });
    } else stages.at(-1)!.instructions.push({ name: name!, rest: rest! });
  }
  return stages;
}

/** What follows an instruction in a stage, each time it is there. */
export function all(stage: Stage, name: string): string[] {
  return stage.instructions.filter((it) => it.name === name).map(({ rest }) => rest);
}

/** The words of an instruction in exec form. */
export function words(stage: Stage, name: string): string[] {
  const [rest] = all(stage, name);
  return JSON.parse(rest!.replace(/^.*?(?=\[)/, ""));
}

/** Its environment. */
export function environment(stage: Stage): Record<string, string> {
  const pairs = all(stage, "ENV").flatMap((rest) => rest.split(" "));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
}

/** An image as a folder: `/app` of the image is `<path>/app`. */
export class Image {
  readonly path: string;
  readonly #env: Record<string, string> = {};

  constructor(path: string) {
    this.path = path;
  }

  /** The packages that are here already, so that none is fetched. */
  async addPackages(): Promise<void> {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output();
    const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
    await Deno.mkdir(`${this.path}/deno-dir`, { recursive: true });
    await this.#run(`cp -r ${npmCache} ${this.path}/deno-dir/npm`, ".");
  }

  /** Does what a stage says that is built from files of the repository. */
  async build(stage: Stage): Promise<void> {
    let folder = "/";
    for (const { name, rest } of stage.instructions) {
      if (name === "WORKDIR") await Deno.mkdir(this.#in(folder = rest), { recursive: true });
      else if (name === "ENV") {
        Object.assign(this.#env, environment({ ...stage, instructions: [{ name, rest }] }));
      } else if (name === "RUN") {
        await this.#run(rest.replace(/(?<= )\/(?=\w)/g, `${this.path}/`), folder);
      } else if (name === "COPY") await this.#copy(rest.split(" "), folder);
      else throw new Error(`${name} is not known here`);
    }
  }

  /** Starts what an image runs, as it stands in its stage, with more settings. */
  start(command: string[], env: Record<string, string>) {
    const [program, ...args] = command.map((word) => this.#translate(word));
    const translated = Object.entries({ ...this.#env, ...env });
    return startProcess(program === "deno" ? Deno.execPath() : program!, {
      args,
      cwd: this.#in("/data"),
      env: {
        ...NO_NETWORK,
        ...Object.fromEntries(translated.map(([name, value]) => [name, this.#translate(value)])),
      },
    });
  }

  async #copy(paths: string[], folder: string): Promise<void> {
    const to = `${this.#in(folder)}/${paths.pop()}`;
    for (const path of paths) {
      const from = new URL(path, ROOT).pathname;
      const isInto = to.endsWith("/") || paths.length > 1;
      if (isInto) await Deno.mkdir(to, { recursive: true });
      await this.#run(`cp -rT ${from} ${isInto ? `${to}/${path.split("/").at(-1)}` : to}`, folder);
    }
  }

  async #run(script: string, folder: string): Promise<void> {
    const path = `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`;
    await using process = startProcess("sh", {
      args: ["-c", script],
      cwd: this.#in(folder),
      env: { ...NO_NETWORK, ...this.#translated(), PATH: path, NO_COLOR: "1" },
    });
    const { code } = await within(LIMIT_MS, script, process.exited);
    if (code !== 0) throw new Error(`${script}: ${process.stdout()}${process.stderr()}`);
  }

  #translated(): Record<string, string> {
    const env = Object.entries(this.#env);
    return Object.fromEntries(env.map(([name, value]) => [name, this.#translate(value)]));
  }

  /** A path of the image, wherever it stands in a word. */
  #translate(word: string): string {
    return word.replace(/(?<=^|[=:])\/(app|data|deno-dir)\b/, `${this.path}/$1`);
  }

  #in(folder: string): string {
    return `${this.path}${folder.startsWith("/") ? folder : `/${folder}`}`;
  }
}
