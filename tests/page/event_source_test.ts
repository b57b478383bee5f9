// The browser's own EventSource at a room's events.
import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openBrowser } from "../harness/chromium.ts";
import { needs } from "../harness/needs.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, say } from "../harness/visitor.ts";

describe("EventSource", () => {
  needs("chromium")(
    "W18.2 W18.6 P7 it comes back by itself after a restart and misses nothing",
    async () => {
      await using folder = await tempFolder();
      const env = { STORE_URL: `sqlite:${folder.path}/snug.db`, PORT: "0" };
      await using browser = await openBrowser();
      const page = await browser.newPage({ bypassCSP: true });
      const watch = `(() => {
      const source = new EventSource("/api/rooms/general/events");
      globalThis.said = [];
      for (const type of ["joined", "chat", "closing"]) {
        source.addEventListener(type, (event) => {
          const { text, gap } = JSON.parse(event.data);
          said.push(text ?? (type === "joined" ? "joined " + gap : type));
        });
      }
    })()`;
      const sees = (count: number) => page.waitForFunction(`globalThis.said?.length >= ${count}`);
      let port = "";
      {
        await using server = await startServer(env);
        port = new URL(server.url).port;
        await page.goto(`${server.url}/healthz`);
        await page.evaluate(watch);
        await sees(1);
        {
          await using ada = await enter(server);
          await say(ada, "1");
          await sees(2);
        }
        server.kill("SIGTERM");
        await server.exited;
      }
      await using server = await startServer({ ...env, PORT: port });
      await using ada = await enter(server);
      await say(ada, "2");
      await page.waitForFunction(`globalThis.said.includes("2")`);
      const said = await page.evaluate("said");
      const all = ["joined false", "1", "closing", "joined false", "2"];
      assertEquals(said, all);
      await page.close();
    },
  );
});
