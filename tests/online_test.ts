import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Online } from "../src/online.ts";

const guest = (uid: string, isAdmin = false) => ({ uid, identity: { isAdmin } });

describe("online", () => {
  it("W10.14 knows the connections of each user, and forgets who has none", () => {
    const online = new Online();
    const [first, second, other] = [guest("a"), guest("a"), guest("b")];
    for (const connection of [first, second, other]) online.add(connection);
    assertEquals([online.of("a"), online.of("b"), online.of("c")], [[first, second], [other], []]);
    online.remove(first);
    online.remove(first);
    assertEquals([online.of("a"), online.has("a"), online.count], [[second], true, 2]);
    online.remove(second);
    online.remove(other);
    assertEquals([online.has("a"), online.count], [false, 0]);
  });

  it("W21.6 tells of who comes first and goes last, and of every administrator", () => {
    const changed: string[] = [];
    const online = new Online((uid) => changed.push(uid));
    const [first, second, third] = [guest("a"), guest("a"), guest("a", true)];
    for (const connection of [first, second]) online.add(connection);
    assertEquals(changed.splice(0), ["a"]);
    online.add(third);
    assertEquals(changed.splice(0), ["a"]);
    online.remove(first);
    assertEquals(changed.splice(0), []);
    online.remove(third);
    assertEquals(changed.splice(0), ["a"]);
    online.remove(second);
    assertEquals(changed.splice(0), ["a"]);
  });
});
