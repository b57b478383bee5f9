import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { textOf } from "../../src/routes/hook_payload.ts";

/** The text of a payload, or the status and code of its refusal. */
function read(payload: unknown): string | string[] {
  const said = textOf({ kind: "json", text: JSON.stringify(payload) });
  return said.ok ? said.text : [String(said.status), said.refusal.code];
}

const INVALID = ["400", "INVALID_FIELD"];

describe("hook payload", () => {
  it("W20.6 is the text, whatever stands beside it", () => {
    assertEquals(read({ text: "hi" }), "hi");
    const beside = {
      username: "x",
      channel: "#y",
      icon_emoji: ":z:",
      attachments: [{ text: "a" }],
    };
    assertEquals(read({ text: "hi\nall", ...beside }), "hi\nall");
  });

  it("W20.6 a form has it in payload, a text is itself", () => {
    const form = (text: string) => textOf({ kind: "form", text });
    assertEquals(form("payload=%7B%22text%22%3A+%22a+%26+b%22%7D"), { ok: true, text: "a & b" });
    assertEquals(form("text=hi").ok, false);
    assertEquals(form("payload=hi").ok, false);
    assertEquals(textOf({ kind: "text", text: " a &amp; <b>" }), {
      ok: true,
      text: " a &amp; <b>",
    });
  });

  it("W20.6 links and escapes of Slack become what they stand for", () => {
    const cases = [
      ["see <https://a.example/b?c=1|the log>", "see the log (https://a.example/b?c=1)"],
      [
        "<https://a.example> <mailto:a@b.example|mail>",
        "https://a.example mail (mailto:a@b.example)",
      ],
      ["&lt;b&gt; &amp;amp; x", "<b> &amp; x"],
      ["<!channel> <@U1> a<b>c", "<!channel> <@U1> a<b>c"],
    ];
    for (const [text, plain] of cases) assertEquals(read({ text }), plain);
  });

  it("W20.6 attachments alone are their lines, and their fallback where they have none", () => {
    const attachments = [
      { pretext: "p", title: "t", text: "x", fallback: "f", fields: [{ title: "a", value: "b" }] },
      { color: "#f00", fallback: "only <https://a.example|this>" },
      { blocks: [{ type: "section", text: { type: "mrkdwn", text: "in a block" } }] },
      { color: "#f00" },
      7,
    ];
    const lines = "p\nt\nx\nonly this (https://a.example)\nin a block";
    assertEquals(read({ attachments }), lines);
    assertEquals(read({ text: "", attachments }), lines);
  });

  it("W20.6 blocks alone are the texts that they have", () => {
    const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
    const blocks = [
      { type: "header", text: { type: "plain_text", text: "Down" } },
      { type: "divider" },
      { type: "section", fields: [mrkdwn("*a*"), mrkdwn("b")] },
      { type: "context", elements: [mrkdwn("c"), { type: "image", image_url: "x" }] },
    ];
    assertEquals(read({ blocks }), "Down\n*a*\nb\nc");
  });

  it("W20.6 what says nothing, or is no object, is refused", () => {
    for (const text of [undefined, "", "  ", 7, null, ["a"], "\ud800"]) {
      assertEquals(read({ text }), INVALID, JSON.stringify(text));
    }
    assertEquals(read({ attachments: "x", blocks: { text: "y" } }), INVALID);
    for (const payload of [null, "hi", ["a"], 7]) {
      assertEquals(read(payload), ["400", "PARSE_ERROR"]);
    }
  });
});
