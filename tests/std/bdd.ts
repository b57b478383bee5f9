// describe and it as @std/testing/bdd has them, but each `it` is a `Deno.test` of its own, named
// "outer > inner", so that the leak sanitizers look at every one of them.

type Hook = () => unknown;
/** What `Deno.test` takes beside name and function: `ignore`, `only`, `sanitizeOps` … */
export type Options = Omit<Deno.TestDefinition, "name" | "fn">;
type Body = (t: Deno.TestContext) => unknown;
type Suite = { names: string[]; options: Options; before: Hook[]; after: Hook[] };

let suite: Suite = { names: [], options: {}, before: [], after: [] };

/** Groups tests: its name goes before theirs, its options and hooks hold for them. */
export function describe(name: string, ...rest: [fn: () => void] | [Options, fn: () => void]) {
  const [options, fn] = rest.length === 2 ? rest : [{}, rest[0]];
  const outer = suite;
  suite = {
    names: [...outer.names, name],
    options: { ...outer.options, ...options },
    before: [...outer.before],
    after: [...outer.after],
  };
  try {
    const result: unknown = fn();
    if (result instanceof Promise) throw new TypeError(`describe "${name}" must not be async`);
  } finally {
    suite = outer;
  }
}

/** One test. */
export function it(name: string, ...rest: [fn: Body] | [Options, fn: Body]) {
  const [options, fn] = rest.length === 2 ? rest : [{}, rest[0]];
  const { names, options: inherited, before, after } = suite;
  Deno.test({
    ...inherited,
    ...options,
    name: [...names, name].join(" > "),
    fn: (t) => run(before, () => fn(t), after),
  });
}

/** One test that does not run and is counted as ignored. */
it.ignore = (name: string, fn: Body) => it(name, { ignore: true }, fn);

/** Runs before each test of this suite, an outer suite's first. */
export function beforeEach(hook: Hook) {
  suite.before.push(hook);
}

/** Runs after each test of this suite, also a failed one, an inner suite's first. */
export function afterEach(hook: Hook) {
  suite.after.unshift(hook);
}

async function run(before: Hook[], body: () => unknown, after: Hook[]) {
  try {
    for (const hook of before) await hook();
    await body();
  } finally {
    for (const hook of after) await hook();
  }
}
