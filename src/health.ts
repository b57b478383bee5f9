// Asks the server of this machine whether it is ready: what a container runs to know, so it needs
// nothing but this program.
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Config } from "./config.ts";

/** How long the server may take to answer, in milliseconds. */
const LIMIT_MS = 5000;
/** Where a server that listens on every address is asked. */
const HERE: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** The status line and the body of `/readyz`, and whether they say that it is ready. */
export function askHealth(
  { HOST, PORT, TLS_CERT_FILE }: Config,
): Promise<{ isReady: boolean; said: string }> {
  const host = HERE[HOST] ?? HOST;
  const { promise, resolve } = Promise.withResolvers<{ isReady: boolean; said: string }>();
  // The certificate is another name's, and it is asked of nothing that is secret.
  const socket = TLS_CERT_FILE
    ? connectTls({ host, port: PORT, rejectUnauthorized: false })
    : connect(PORT, host);
  let text = "";
  socket.setEncoding("utf8");
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("it does not answer")));
  socket.on("data", (chunk: string) => text += chunk);
  socket.on("error", (error) => resolve({ isReady: false, said: error.message }));
  socket.on("close", () => {
    const [status = "", body = ""] = text.split("\r\n\r\n");
    const [line = ""] = status.split("\r\n");
    resolve({ isReady: line.includes(" 200 "), said: `${line} ${body.trim()}`.trim() });
  });
  socket.write("GET /readyz HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  return promise;
}
