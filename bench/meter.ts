// What a browser's page does while something happens in it: the time from frame to frame, tasks that held
// it up, and how long a key takes to be seen. Knows nothing of chats.
import type { CDPSession, Page } from "playwright-core";

/** All in milliseconds; the browser tells of tasks from 50 on. */
export interface Measured {
  frames: number[];
  tasks: number[];
  keys: number[];
}

/** In the page. A key is seen once the frame after it was drawn. */
const METER = `globalThis.meter = (() => {
  let frames, tasks, keys, running, last;
  const longTasks = new PerformanceObserver((list) => take(list.getEntries()));
  const take = (entries) => tasks.push(...entries.map(({ duration }) => duration));
  addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => keys?.push(performance.now() - timeStamp);
    port2.postMessage(null);
  }), true);
  return {
    start(eachFrame = () => {}) {
      [frames, tasks, keys, running, last] = [[], [], [], true, performance.now()];
      longTasks.observe({ type: "longtask" });
      const frame = (now) => {
        if (!running) return;
        // The first frame may have begun before.
        frames.push(Math.max(0, now - last));
        last = now;
        eachFrame();
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    stop() {
      take(longTasks.takeRecords());
      longTasks.disconnect();
      running = false;
      return { frames, tasks, keys };
    },
    /** Scrolls an element up by so many pixels with each frame; resolves once \`isDone\` at its top. */
    scroll(selector, px, isDone) {
      const element = document.querySelector(selector);
      return new Promise((done) => this.start(() => {
        element.scrollTop -= px;
        if (element.scrollTop === 0 && isDone()) done(this.stop());
      }));
    },
  };
})();`;

/** Has to be called before the page loads anything. */
export async function addMeter(page: Page) {
  await page.addInitScript(METER);
}

/** Makes the page's processor so many times slower. */
export async function slowDown(session: CDPSession, rate: number) {
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

/** Scrolls up until `isDone` says so at the top: an expression that the page evaluates. */
export function scroll(
  page: Page,
  { selector, px, isDone }: { selector: string; px: number; isDone: string },
): Promise<Measured> {
  const [element, done] = [JSON.stringify(selector), `() => ${isDone}`];
  return page.evaluate<Measured>(`meter.scroll(${element}, ${px}, ${done})`);
}

/** Presses a key so often, at even times, within so many seconds. */
export async function type(page: Page, keys: number, seconds: number): Promise<Measured> {
  await page.evaluate("meter.start()");
  const began = performance.now();
  for (let key = 1; key <= keys; key++) {
    await page.keyboard.press("a");
    const restMs = began + key * seconds * 1000 / keys - performance.now();
    await new Promise((done) => setTimeout(done, Math.max(0, restMs)));
  }
  // The last key's frame, too.
  await page.evaluate(`new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))`);
  return await page.evaluate<Measured>("meter.stop()");
}

/** What its scripts hold once all that is held by nothing has gone, in MiB. */
export async function heapMib(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize / 2 ** 20;
}

/** When it first showed something, in milliseconds after it was asked for. */
export function firstPaintMs(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((done) =>
    new PerformanceObserver((list, observer) => {
      const paint = list.getEntriesByName("first-contentful-paint")[0];
      if (paint) observer.disconnect(), done(paint.startTime);
    }).observe({ type: "paint", buffered: true }))`);
}
