// What the routes of the HTTP API share (W17): who asks passes the gate as a connection does, and what
// they ask is a client message.
import type { Context } from "hono";
import { type Answer, ask } from "../call.ts";
import type { Gate } from "../gate/gate.ts";
import { refuse } from "../gate/refusal.ts";
import type { Hub } from "../hub.ts";
import type { Admitted } from "./visit.ts";
import { answer, answerRefused } from "./answer.ts";
import { readSaid } from "./body.ts";
import type { AppEnv } from "./env.ts";

export interface ApiOptions {
  hub: Hub;
  gate: Gate;
}

type Fields = Record<string, unknown>;
type Says = (context: Context<AppEnv>, said: Fields) => Fields & { type: string };

export class Api {
  readonly #hub: Hub;
  readonly #gate: Gate;

  constructor({ hub, gate }: ApiOptions) {
    this.#hub = hub;
    this.#gate = gate;
  }

  /** For what is put into a log: answers with the entry. `says` makes the message. */
  put(says: Says) {
    return (context: Context<AppEnv>): Promise<Response> =>
      this.#admitted(context, async (admitted) => {
        const { messageBytes } = this.#hub.settings.limits;
        const body = await readSaid(context, messageBytes);
        if (!body.ok) return answer(context, body);
        const ref = context.req.header("idempotency-key");
        const message = { ...says(context, body.fields), ...(ref !== undefined && { ref }) };
        return tell(context, await this.#ask(admitted, message));
      });
  }

  #ask(admitted: Admitted, message: Fields & { type: string }): Promise<Answer> {
    const { identity, address, limit } = admitted;
    return ask({ hub: this.#hub, identity, address, limit }, message);
  }

  async #admitted(
    context: Context<AppEnv>,
    run: (admitted: Admitted) => Promise<Response>,
  ): Promise<Response> {
    const admitted = await this.#gate.admit(context.req.raw, context.env.address);
    if (!admitted.ok) return answer(context, admitted);
    try {
      return await run(admitted);
    } finally {
      admitted.release();
    }
  }
}

/** A number of a path or query; what is none stays a text, which the schema refuses by its name. */
export function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function tell(context: Context<AppEnv>, answered: Answer): Response {
  context.header("cache-control", "no-store");
  if (!answered.ok) {
    const { code, message } = answered.refusal;
    if (code !== "INVALID_FIELD") return answerRefused(context, answered.refusal);
    const named = message.replace(/^ref\b/, "Idempotency-Key");
    return answer(context, refuse(400, code, named));
  }
  if (!answered.entry) throw new Error(`${answered.message.type} came for an entry`);
  const { entry, isNew } = answered;
  if (isNew && entry.type === "chat") {
    context.header(
      "location",
      `/api/rooms/${encodeURIComponent(entry.room)}/messages/${entry.seq}`,
    );
    return context.json(entry, 201);
  }
  return context.json(entry);
}
