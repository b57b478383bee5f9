// What the routes of the HTTP API share (W17): who asks passes the gate as a connection does, and what
// they ask is a client message.
import type { Context } from "hono";
import { type Answer, ask } from "../call.ts";
import type { Gate } from "../gate/gate.ts";
import type { Unread } from "../client_message.ts";
import type { Hub } from "../hub.ts";
import type { Refusal, ServerMessage } from "../protocol.ts";
import type { Admitted } from "./visit.ts";
import { answer, answerRefused } from "./answer.ts";
import { readSaid } from "./body.ts";
import type { AppEnv } from "./env.ts";

export interface ApiOptions {
  hub: Hub;
  gate: Gate;
}

type Fields = Record<string, unknown>;
type Says = (context: Context<AppEnv>, said: Fields) => Unread;
type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;
type Good = Extract<Answer, { ok: true }>;
type Kept = Extract<Good, { isNew: boolean }>;

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
        return await this.#ask(context, admitted, message, (answered) => {
          if (!answered.entry) throw new Error(`${answered.message.type} came for an entry`);
          return tellEntry(context, answered);
        });
      });
  }

  /** For what is read. `asks` makes the message; `shown` is what is answered, of its answer. */
  get<T extends ServerMessage["type"]>(
    type: T,
    asks: (context: Context<AppEnv>) => Fields,
    shown: (told: Of<T>, context: Context<AppEnv>) => object | Refusal = ({ type: _, ...rest }) =>
      rest,
  ) {
    return (context: Context<AppEnv>): Promise<Response> =>
      this.#admitted(
        context,
        (admitted) =>
          this.#ask(context, admitted, { type, ...asks(context) }, (answered) => {
            if (answered.entry) throw new Error("an entry came for what was read");
            const told = shown(answered.message as Of<T>, context);
            return "code" in told ? answerRefused(context, told) : context.json(told);
          }),
      );
  }

  async #ask(
    context: Context<AppEnv>,
    { identity, address, limit }: Admitted,
    message: Unread,
    tell: (answered: Good) => Response,
  ): Promise<Response> {
    const answered = await ask({ hub: this.#hub, identity, address, limit }, message);
    context.header("cache-control", "no-store");
    return answered.ok ? tell(answered) : refuseAs(context, answered.refusal);
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

function tellEntry(context: Context<AppEnv>, { entry, isNew }: Kept): Response {
  if (!isNew || entry.type !== "chat") return context.json(entry);
  const path = `/api/rooms/${encodeURIComponent(entry.room)}/messages/${entry.seq}`;
  return context.json(entry, 201, { location: path });
}

/** Names the header that the client sent, not the field that it became. */
function refuseAs(context: Context<AppEnv>, { message, ...refusal }: Refusal): Response {
  const named = refusal.code === "INVALID_FIELD"
    ? message.replace(/^ref\b/, "Idempotency-Key")
    : message;
  return answerRefused(context, { ...refusal, message: named });
}
