// The assertions of @std/assert, from npm because JSR can't be reached everywhere. The package has
// no types, so those are our own. Code uses only what is declared there.
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
