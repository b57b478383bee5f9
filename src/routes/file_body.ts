// The bytes of a file on their way to who asked for it. They hold a place among the connections, so they
// must be taken at a pace, as those of an upload must come at one.
import type { Reading } from "../store/file_store.ts";
import { allowedMs } from "./upload_body.ts";

/** `ended` is called once: all was taken, who asked has gone, or it took too long (`cut` then too). */
export function bodyOf(
  reading: Reading,
  bytes: number,
  ended: () => void,
  cut: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    reading.close();
    ended();
  };
  let late = () => {};
  const timer = setTimeout(() => late(), allowedMs(bytes));
  return new ReadableStream({
    start(controller) {
      late = () => {
        end();
        controller.error(new Error("a file was taken too slowly"));
        cut();
      };
    },
    async pull(controller) {
      try {
        const chunk = await reading.next();
        if (isOver) return;
        if (chunk) return controller.enqueue(chunk);
        end();
        controller.close();
      } catch (error) {
        if (isOver) return;
        end();
        throw error;
      }
    },
    cancel: end,
  });
}
