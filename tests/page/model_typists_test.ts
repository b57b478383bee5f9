import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { mock } from "node:test";
import { Typists } from "../../static/model/typists.js";

const RUTH = { uid: "ruth", user: "Ruth" };
const MARA = { uid: "mara", user: "Mara" };

function typists() {
  mock.timers.enable({ apis: ["setTimeout"] });
  let changes = 0;
  const typists = new Typists(() => changes++);
  return {
    typists,
    changes: () => changes,
    pass: (ms: number) => mock.timers.tick(ms),
    [Symbol.dispose]: () => mock.timers.reset(),
  };
}

it("W10.2 somebody types until they say that they stopped", () => {
  using given = typists();
  const { typists: them } = given;
  them.hear({ ...RUTH, on: true });
  them.hear({ ...MARA, on: true });
  assertEquals([them.names, them.has("ruth"), given.changes()], [["Ruth", "Mara"], true, 2]);
  them.hear({ ...RUTH, on: false });
  assertEquals([them.names, them.has("ruth"), given.changes()], [["Mara"], false, 3]);
  them.hear({ ...RUTH, on: false });
  assertEquals(given.changes(), 3, "nothing changed");
  them.stop("mara");
  assertEquals(them.names, []);
});

it("somebody who falls silent is forgotten after five seconds, counted from the last word", () => {
  using given = typists();
  const { typists: them } = given;
  them.hear({ ...RUTH, on: true });
  given.pass(4_000);
  them.hear({ ...RUTH, on: true });
  given.pass(4_999);
  assertEquals(them.names, ["Ruth"]);
  given.pass(1);
  assertEquals(them.names, []);
});
