import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { choicesFor, tokenIn } from "../../static/model/completion.js";
import { EMOJI } from "../../static/model/emoji.js";
import { namedIn } from "../../static/model/roster.js";
import { actionIn, messageIn } from "../../static/model/slash.js";

describe("the word that is written", () => {
  it("begins with its sign at the beginning of a word, and ends at the caret", () => {
    const signs = (text: string) => {
      const token = tokenIn(text);
      return token && `${token.sign}${token.from} ${token.query}`;
    };
    assertEquals(signs("@"), "@0 ");
    assertEquals(signs("hello @li w"), "@6 li w");
    assertEquals(signs("(@يوسف"), "@1 يوسف");
    assertEquals(signs("see #herons-2"), "#4 herons-2");
    assertEquals(signs("/to"), "/0 to");
    assertEquals(signs("😀:ta"), ":2 ta");
    assertEquals(signs("a@b\n:+1"), ":4 +1");
    for (
      const text of ["", "a@b", "@a\nb", "a/b", " /b", "/b c", "C#a", "##a", ":t", "10:30", "::ab"]
    ) {
      assertEquals(signs(text), null, text);
    }
  });

  it("may become at most six: what is called so, what begins with it, what has such a word", async () => {
    const people = ["Li Wei", "Wei", "Élise", "Elise"].map((user) => ({
      uid: user,
      user,
      note: "",
    }));
    const sources = {
      people: () => people,
      rooms: () => ["on-air", "air"],
      commands: () => Promise.resolve([]),
    };
    const texts = async (text: string) =>
      (await choicesFor(tokenIn(text)!, sources)).map(({ text }) => text);
    assertEquals(await texts("@wei"), ["@Wei", "@Li Wei"]);
    assertEquals(await texts("@É"), ["@Élise"]);
    assertEquals(await texts("#air"), ["#air", "#on-air"]);
    assertEquals((await texts(":he")).length, 6);
    assertEquals(await texts(":tada"), ["🎉"]);
    assertEquals((await texts(":heart")).slice(0, 2), ["❤️", "😍"]);
    assertEquals(await texts("/x"), []);
  });

  it("has emoji that are one each, under names that are no other's", () => {
    assertEquals(new Set(EMOJI.map(({ name }) => name)).size, EMOJI.length);
    for (const { name, emoji } of EMOJI) {
      assert(tokenIn(`:${name}`)?.query === name, name);
      assert(/^\p{RGI_Emoji}$/v.test(emoji), `${name} ${emoji}`);
    }
  });
});

describe("what is written", () => {
  it("names the longest name that fits, whole, and goes on after it", () => {
    const people = ["Li", "Li Wei", "Jonas"].map((user) => ({ uid: user, user, note: "" }));
    const named = (text: string) => {
      const { person, rest } = namedIn(people, text) ?? {};
      return person && [person.user, rest];
    };
    assertEquals(named("@li wei  hello there\nyou"), ["Li Wei", "hello there\nyou"]);
    assertEquals(named("Li weird"), ["Li", "weird"]);
    assertEquals(named("JONAS"), ["Jonas", ""]);
    assertEquals([named("Jona"), named("Jonasson hi"), named("")], [
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is a message unless it begins with one slash; an action begins with /me and goes on", () => {
    assertEquals(messageIn("hello / there"), "hello / there");
    assertEquals([messageIn("/help"), messageIn("/")], [null, null]);
    assertEquals([messageIn("//help"), messageIn("///")], ["/help", "//"]);
    assertEquals(actionIn("/me  waves"), "waves");
    assertEquals([actionIn("/me"), actionIn("/mean it"), actionIn("x /me y")], [null, null, null]);
    assertEquals(actionIn(messageIn("//me waves") ?? ""), null);
  });
});
