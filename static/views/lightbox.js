// @ts-check
// A picture alone, as large as the window lets it be.
import { sizeOf } from "../model/file_words.js";
import { build, buildButton, buildSmallIcon } from "./build.js";
import { openDialog } from "./dialog.js";
import "./icons.js";
import { save } from "./save.js";
/** @import {SharedFile} from "../../src/protocol.ts" */

/** Settles when it is closed. @param {SharedFile} file @param {Blob} blob */
export async function openPicture({ name, width = 1, height = 1, bytes }, blob) {
  const url = URL.createObjectURL(blob);
  const image = build("img", "lightbox-image");
  image.alt = name;
  image.width = width;
  image.height = height;
  image.src = url;
  const get = buildButton("", () => save(blob, name));
  get.append(buildSmallIcon("download"), "Download");
  const about = build("p", "dialog-note", `${width} × ${height}, ${sizeOf(bytes)}`);
  const { closed } = await openDialog({
    title: name,
    body: [image],
    foot: [about, get],
    className: "lightbox",
  });
  await closed;
  URL.revokeObjectURL(url);
}
