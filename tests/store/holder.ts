// A process of its own that holds a database: says "open", then appends each line that it reads,
// the drafts of one call as JSON, and says what came of it.
import { openStore } from "../../src/store/open.ts";
import type { Sync } from "../../src/store/sqlite_log.ts";
import type { StoreError } from "../../src/store/store.ts";

const [url, sync] = Deno.args as [string, Sync];
try {
  const store = await openStore(url, sync);
  console.log("open");
  let text = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const answer = store.append(JSON.parse(line)).then(JSON.stringify);
      console.log(await answer.catch((error: StoreError) => `${error.name}: ${error.message}`));
    }
  }
  await store.close();
  console.log("closed");
} catch (error) {
  console.log(`refused: ${(error as StoreError).message}`);
  Deno.exit(1);
}
