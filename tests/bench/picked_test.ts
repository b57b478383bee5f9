import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { picked } from "../../bench/picked.ts";

const things = ["Snug", "Snug ws", "Node ws", "nats-server"].map((name) => ({ name }));

describe("what is picked", () => {
  for (
    const [pattern, names] of [
      ["", ["Snug", "Snug ws", "Node ws", "nats-server"]],
      ["snug", ["Snug"]],
      ["ws", ["Snug ws", "Node ws"]],
      ["NATS | Snug", ["Snug", "nats-server"]],
      ["nothing", []],
    ] as const
  ) {
    it(`by “${pattern}” is ${names.join(", ") || "nothing"}`, () => {
      assertEquals(picked(things, pattern).map(({ name }) => name), [...names]);
    });
  }
});
