// The page in a real browser behind the real nginx.
import { assertEquals } from "@std/assert";
import { needs } from "../harness/needs.ts";
import { startNginx } from "../harness/nginx.ts";
import { startServer } from "../harness/server.ts";
import { NO_CONNECTION } from "../page/faults.ts";
import { openVisit } from "../page/visit.ts";
import { NO_UPGRADES } from "./no_upgrades.ts";

const it = needs("nginx", "chromium");

it("people talk by the page behind nginx, each under a session that stays", async () => {
  await using server = await startServer({ TRUSTED_PROXIES: "127.0.0.1" });
  await using nginx = await startNginx([server]);
  await using visit = await openVisit(nginx.url);
  const ines = await visit.enter("Ines");
  const ruth = await visit.enter("Ruth");
  await ines.say("through nginx");
  await ines.seesSent("through nginx");
  await ruth.sees("through nginx");
  await ines.page.reload();
  await ines.isIn();
  await ines.shows("#own-name", "Ines");
  assertEquals(await ines.timeline(), ["Ines: through nginx"]);
});

it("W15.6 where nginx forwards no upgrades, the page says that connections do not get through", async () => {
  await using server = await startServer({ TRUSTED_PROXIES: "127.0.0.1" });
  await using nginx = await startNginx([server], NO_UPGRADES);
  await using visit = await openVisit(nginx.url);
  const ines = await visit.open({ expected: [NO_CONNECTION] });
  await ines.page.locator("#door-name").fill("Ines");
  await ines.page.keyboard.press("Enter");
  await ines.shows("#slip-title", "Live connections do not get through");
  const tried = ines.page.waitForResponse((response) => response.status() === 426);
  await ines.page.getByRole("button", { name: "Try now" }).click();
  await tried;
});
