// The contract of `Store` (src/store/store.ts): every implementation is held to all of it.
import { describe } from "@std/testing/bdd";
import type { Store } from "../../src/store/store.ts";
import { appendContract } from "./contract_append.ts";
import { authorsContract } from "./contract_authors.ts";
import { changesContract } from "./contract_changes.ts";
import { filesContract } from "./contract_files.ts";
import { filesModelContract } from "./contract_files_model.ts";
import { headContract } from "./contract_head.ts";
import { marksContract } from "./contract_marks.ts";
import { modelContract } from "./contract_model.ts";
import { readContract } from "./contract_read.ts";
import { recordsContract } from "./contract_records.ts";
import { refContract } from "./contract_ref.ts";
import { retentionContract } from "./contract_retention.ts";

/** An empty store that was opened for one test; disposing of it closes it. */
export type Opened = { store: Store } & AsyncDisposable;
export type Open = () => Promise<Opened>;

/** Makes the tests of the whole contract for one kind of store. */
export function storeContract(kind: string, open: Open) {
  describe(`a ${kind} store`, () => {
    appendContract(open);
    changesContract(open);
    authorsContract(open);
    refContract(open);
    headContract(open);
    readContract(open);
    recordsContract(open);
    filesContract(open);
    filesModelContract(open);
    marksContract(open);
    modelContract(open);
    retentionContract(open);
  });
}
