// The server with two bugs: a promise that fails and that nobody waits for, and an error that nobody
// catches.
await import("../../main.ts");
Promise.reject(new Error("nobody waits for this"));
setTimeout(() => {
  throw new Error("nobody catches this");
});
