// A request to the HTTP API and its answer, read whole.
import type { Server } from "./server.ts";

export type Answered = {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any
  body: any;
};

/** Asks `method path` (`POST /api/…`); what is no string goes as JSON. */
export async function ask(
  server: Pick<Server, "url">,
  line: string,
  body?: string | object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const [method = "", path = ""] = line.split(" ");
  const isJson = typeof body === "object";
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(isJson && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** Status and code of a refusal. */
export function refusalOf({ status, body }: Answered): [number, string] {
  return [status, body.code];
}
