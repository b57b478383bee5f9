import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { isPicture, sizeOf, wordsIn } from "../../static/model/file_words.js";

const file = { id: "a", name: "cat.png", type: "image/png", bytes: 1, width: 1, height: 1 };

it("a size is short, and in the unit that one would say", () => {
  const told = [0, 1, 999, 1000, 1024, 18_400, 1_000_000, 8_808_038, 10_485_760, 5e9].map(sizeOf);
  assertEquals(told, [
    ...["0 bytes", "1 byte", "999 bytes", "1 KB", "1 KB", "18 KB", "977 KB", "8.4 MB", "10 MB"],
    "4.7 GB",
  ]);
  assertEquals([sizeOf(1_023_900), sizeOf(1_048_576)], ["1 MB", "1 MB"]);
});

it("a picture is shown where its size is known before it comes", () => {
  assertEquals(isPicture(file), true);
  const { width: _, ...unknown } = file;
  assertEquals([isPicture(unknown), isPicture({ ...file, type: "application/pdf" })], [
    false,
    false,
  ]);
});

it("a message without words is called what its files are", () => {
  assertEquals(wordsIn({ text: "here", files: [file] }), "here");
  assertEquals(wordsIn({ text: "", files: [file, { ...file, name: "b.txt" }] }), "cat.png, b.txt");
  assertEquals(wordsIn({ text: "" }), "");
});
