import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Online } from "../src/online.ts";

describe("online", () => {
  it("W10.14 knows the connections of each user, and forgets who has none", () => {
    const online = new Online<{ uid: string; id: number }>();
    const [first, second, other] = [{ uid: "a", id: 1 }, { uid: "a", id: 2 }, { uid: "b", id: 3 }];
    for (const connection of [first, second, other]) online.add(connection);
    assertEquals([online.of("a"), online.of("b"), online.of("c")], [[first, second], [other], []]);
    online.remove(first);
    online.remove(first);
    assertEquals([online.of("a"), online.has("a"), online.count], [[second], true, 2]);
    online.remove(second);
    online.remove(other);
    assertEquals([online.has("a"), online.count], [false, 0]);
  });
});
