// Holds the one direction of imports (docs/decisions/): main → app → routes → {gate, session} →
// {hub, room} → {outbox, presence, store interface} → {protocol, close, socket}; and keeps the
// runtime out of the core. Run by `deno task lint`. A new file is added to ROWS, once.

type Row = {
  files: string[];
  /** Layers: it may import its own level and every one below. */
  level?: number;
  /** Beside the layers: the highest level it may import, and the rows that may import it. */
  sees?: number;
  importedBy?: string[];
  /** Its files are parts of one thing, not alternatives: they may import each other. */
  whole?: true;
  /** Anyone may import its types. */
  typesForAll?: true;
  /** No runtime, no environment, no web framework: what makes it testable without them. */
  core?: true;
};

/** The first row with a matching name is a file's row; `*` is any file of that folder. */
export const ROWS: Record<string, Row> = {
  main: {
    level: 6,
    files: [
      "main.ts",
      "src/serve.ts",
      "src/access.ts",
      "src/certificate.ts",
      "src/command.ts",
      "src/data.ts",
      "src/exposition.ts",
      "src/filing.ts",
      "src/health.ts",
      "src/log_lines.ts",
      "src/metrics.ts",
      "src/processes.ts",
      "src/replies_file.ts",
    ],
  },
  app: { level: 5, files: ["src/app.ts"] },
  routes: { level: 4, files: ["src/routes/*"] },
  gate: { level: 3, files: ["src/gate/*"] },
  session: {
    level: 3,
    core: true,
    files: [
      "src/session.ts",
      "src/requests.ts",
      "src/saying.ts",
      "src/said.ts",
      "src/permission.ts",
      "src/join.ts",
      "src/auth.ts",
      "src/moderation.ts",
      "src/retraction.ts",
      "src/refusal.ts",
      "src/direct.ts",
      "src/mentioned.ts",
      "src/nick.ts",
      "src/passing.ts",
      "src/read.ts",
      "src/refusal.ts",
      "src/search.ts",
      "src/echo.ts",
      "src/call.ts",
      "src/bot.ts",
    ],
  },
  room: {
    level: 2,
    core: true,
    files: [
      "src/hub.ts",
      "src/room.ts",
      "src/announcement.ts",
      "src/open_rooms.ts",
      "src/rooms.ts",
      "src/history.ts",
      "src/enforcement.ts",
      "src/personal.ts",
      "src/renaming.ts",
      "src/instances/*",
    ],
  },
  outbox: {
    level: 1,
    core: true,
    files: [
      "src/presence_words.ts",
      "src/bus.ts",
      "src/live.ts",
      "src/outbox.ts",
      "src/flusher.ts",
      "src/presence.ts",
      "src/names.ts",
      "src/lately.ts",
      "src/marks.ts",
      "src/mention.ts",
      "src/online.ts",
      "src/sanctions.ts",
      "src/commit.ts",
      "src/entry.ts",
      "src/files.ts",
      "src/follower.ts",
      "src/unsent_files.ts",
      "src/store_watch.ts",
      "src/retention.ts",
      "src/store/store.ts",
      "src/store/search.ts",
      "src/store/file_store.ts",
      "src/store/row.ts",
    ],
  },
  protocol: {
    level: 0,
    core: true,
    files: [
      "src/protocol.ts",
      "src/user_name.ts",
      "src/client_message.ts",
      "src/close.ts",
      "src/counts.ts",
      "src/direct_name.ts",
      "src/file_name.ts",
      "src/file_type.ts",
      "src/picture_size.ts",
      "src/life.ts",
      "src/audited.ts",
      "src/socket.ts",
      "src/store_url.ts",
      "src/batch.ts",
      "src/relay.ts",
      "src/bucket.ts",
      "src/heartbeat.ts",
      "src/allowance.ts",
      "src/rates.ts",
      "src/network.ts",
      "src/rights.ts",
      "src/reach.ts",
      "src/words.ts",
      "src/query.ts",
      "src/replies.ts",
      "src/identity.ts",
      "src/session_state.ts",
      "src/transport/transport.ts",
    ],
  },

  config: {
    files: ["src/config.ts"],
    sees: 0,
    importedBy: ["main", "app", "routes", "transport"],
    typesForAll: true,
  },
  turn: { files: ["src/transport/turn.ts"], importedBy: ["transport"] },
  transport: { files: ["src/transport/*"], sees: 1, importedBy: ["main"] },
  open: { files: ["src/store/open.ts"], sees: 1, importedBy: ["main"] },
  store: { files: ["src/store/*"], sees: 1, importedBy: ["open"] },
  terminal: { files: ["src/terminal/*"], whole: true, sees: 0, importedBy: ["main"] },
  static: { files: ["static/**"], importedBy: ["routes", "terminal"] },
  log: { files: ["src/log.ts"], importedBy: ["main"] },
  version: { files: ["src/version.ts"], importedBy: ["main", "app", "routes", "terminal"] },
  manifest: { files: ["deno.json"], importedBy: ["version"] },
};

/** What goes over the wire: no package but the schema library. */
const WIRE = ["src/protocol.ts", "src/client_message.ts"];

/** Packages that only these rows or files may import. Others are free, except in WIRE. */
const PACKAGES: [RegExp, string[]][] = [
  [/^hono(\/|$)/, ["main", "app", "routes", "gate"]],
  [/^(ws|@hono\/node-server)(\/|$)|^node:https?$/, ["src/transport/ws"]],
  [/^@redis\/client$/, ["src/store/redis"]],
  [/^node:sqlite$/, ["src/store/sqlite"]],
  [/^@std\/dotenv$/, ["main"]],
];

/** What is wrong with the imports of these files (path → source): one sentence each. */
export function check(files: Map<string, string>): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, source] of files) {
    const row = rowOf(file);
    if (!row) {
      problems.push(`${file} has no place: add it to ROWS in tools/imports.ts`);
      continue;
    }
    const code = withoutComments(source);
    const inside: string[] = [];
    for (const { specifier, typeOnly } of importsOf(code)) {
      if (!specifier.startsWith(".")) {
        problems.push(...packageProblems(file, row, specifier));
        continue;
      }
      const target = new URL(specifier, `file:///${file}`).pathname.slice(1);
      if (!mayImport(file, target, typeOnly)) {
        problems.push(`${file} imports ${target}; it may import ${allowedFor(row) || "nothing"}`);
      }
      if (!typeOnly) inside.push(target);
    }
    graph.set(file, inside);
    problems.push(...runtimeProblems(file, row, code));
  }
  return [...problems, ...cycles(graph)];
}

function rowOf(file: string): string | undefined {
  return Object.keys(ROWS).find((name) =>
    ROWS[name]!.files.some((pattern) =>
      pattern.endsWith("/**")
        ? file.startsWith(pattern.slice(0, -2))
        : pattern.endsWith("/*")
        ? file.slice(0, file.lastIndexOf("/") + 1) === pattern.slice(0, -1)
        : file === pattern
    )
  );
}

function mayImport(file: string, target: string, typeOnly: boolean): boolean {
  const from = rowOf(file)!;
  const to = rowOf(target);
  if (!to) return false;
  if (typeOnly && ROWS[to]!.typesForAll) return true;
  // Alternatives know nothing of each other; sqlite.ts and sqlite_log.ts are one of them.
  if (from === to && nounOf(file) === nounOf(target)) return true;
  return rowMayImport(from, to);
}

function rowMayImport(from: string, to: string): boolean {
  const { level, whole, importedBy = [] } = ROWS[to]!;
  const top = ROWS[from]!.level ?? ROWS[from]!.sees ?? -1;
  if (level !== undefined) return level <= top;
  return importedBy.includes(from) || from === to && whole === true;
}

function nounOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).split(/[_.]/)[0]!;
}

function allowedFor(row: string): string {
  const names = Object.keys(ROWS).filter((to) => rowMayImport(row, to));
  return names.flatMap((name) => ROWS[name]!.files).join(", ");
}

function packageProblems(file: string, row: string, specifier: string): string[] {
  if (specifier === "") return [`${file} imports what is not a plain string; write it out`];
  if (WIRE.includes(file) && specifier !== "valibot") {
    return [`${file} imports ${specifier}; it may import valibot only`];
  }
  const owners = PACKAGES.find(([packages]) => packages.test(specifier))?.[1];
  if (!owners || owners.some((owner) => owner === row || file.startsWith(owner))) return [];
  return [`${file} imports ${specifier}; allowed for ${owners.join(", ")}`];
}

function runtimeProblems(file: string, row: string, code: string): string[] {
  const bare = code.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, '""');
  if (ROWS[row]!.core && /\b(Deno|process)\s*[.[]/.test(bare)) {
    return [`${file} touches the runtime; the core must not (pass what it needs)`];
  }
  if (!["main", "config"].includes(row) && /\b(Deno|process)\.env\b/.test(bare)) {
    return [`${file} reads the environment; only src/config.ts does`];
  }
  return [];
}

/** Every import, export-from, import() and worker URL of a source, in the order of writing. */
function importsOf(code: string): { specifier: string; typeOnly: boolean }[] {
  const pattern =
    /^\s*(?:import|export)\s+([^;"'`()]*?)\s*\bfrom\s*["']([^"'\n]+)|^\s*import\s*["']([^"'\n]+)|\bimport\(\s*(?:["']([^"'\n]+)["'])?|\bnew URL\(\s*["'](\.[^"'\n]+)["'],\s*import\.meta/gm;
  return [...code.matchAll(pattern)].map(([, clause = "", from, effect, dynamic, url]) => ({
    specifier: from ?? effect ?? dynamic ?? url ?? "",
    typeOnly: /^type\b/.test(clause) || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(clause),
  }));
}

function withoutComments(source: string): string {
  const keep =
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:;!&|?{}[\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replace(keep, (_, kept: string | undefined) => kept ?? " ");
}

function cycles(graph: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) {
      found.push(
        `${[...path.slice(path.indexOf(file)), file].join(" → ")} load each other in a circle`,
      );
    } else if (!done.has(file)) {
      for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    }
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

async function readSources(root: URL): Promise<Map<string, string>> {
  const files = new Map([["main.ts", await Deno.readTextFile(new URL("main.ts", root))]]);
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      const path = folder + entry.name;
      if (entry.isDirectory) await walk(`${path}/`);
      else if (path.endsWith(".ts")) files.set(path, await Deno.readTextFile(new URL(path, root)));
    }
  };
  await walk("src/");
  return new Map([...files].sort());
}

if (import.meta.main) {
  const files = await readSources(new URL("../", import.meta.url));
  const problems = check(files);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.log(`imports: ${files.size} files, one direction`);
}
