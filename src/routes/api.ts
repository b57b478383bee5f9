// What the routes of the HTTP API share (W17): who asks passes the gate as a connection does, and what
// they ask is a client message.
import type { Context } from "hono";
import { type Answer, ask } from "../call.ts";
import type { Gate } from "../gate/gate.ts";
import { refuse } from "../gate/refusal.ts";
import type { Unread } from "../client_message.ts";
import type { Hub } from "../hub.ts";
import type { Refusal, ServerMessage } from "../protocol.ts";
import type { Admitted } from "./visit.ts";
import { answer, answerRefused } from "./answer.ts";
import { readJson, readSaid } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { type Operation, operation } from "./operation.ts";

export interface ApiOptions {
  hub: Hub;
  gate: Gate;
}

type Fields = Record<string, unknown>;
/** An operation that is a client message. */
type Asking = Operation & { message: NonNullable<Operation["message"]> };
type Says = (context: Context<AppEnv>, said: Fields) => Fields;
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

  /** For what is put into a log: answers with the entry. `says` makes the message's fields. */
  put<const O extends Asking>(about: O, says: Says) {
    return operation(about, (context) =>
      this.#admitted(context, async (admitted) => {
        const body = await readSaid(context, this.#hub.settings.limits.messageBytes);
        if (!body.ok) return answer(context, body);
        const ref = context.req.header("idempotency-key");
        if (ref !== undefined && admitted.identity.isFresh) return answer(context, refuseKey());
        const message = { ...says(context, body.fields), ...(ref !== undefined && { ref }) };
        return await this.#ask(
          context,
          admitted,
          { type: about.message, ...message },
          (answered) => {
            if (!answered.entry) throw new Error(`${answered.message.type} came for an entry`);
            return tellEntry(context, answered);
          },
        );
      }));
  }

  /** For what is done and is no entry: answers with what the message was answered with. */
  order<const O extends Asking>(about: O, says: Says) {
    return operation(about, (context) =>
      this.#admitted(context, async (admitted) => {
        const body = await readJson(context, this.#hub.settings.limits.messageBytes);
        if (!body.ok) return answer(context, body);
        const message = { type: about.message, ...says(context, body.fields) };
        return await this.#read(context, admitted, message, plain);
      }));
  }

  /** For what is read. `asks` makes the message's fields; `shown` is what is answered, of its answer. */
  get<const O extends Asking & { message: ServerMessage["type"] }>(
    about: O,
    asks: (context: Context<AppEnv>) => Fields,
    shown: (told: Of<O["message"]>, context: Context<AppEnv>) => object | Refusal = plain,
  ) {
    return operation(about, (context) =>
      this.#admitted(context, (admitted) => {
        const message = { type: about.message, ...asks(context) };
        return this.#read(context, admitted, message, (told) =>
          shown(told as Of<O["message"]>, context));
      }));
  }

  #read(
    context: Context<AppEnv>,
    admitted: Admitted,
    message: Unread,
    shown: (told: ServerMessage) => object | Refusal,
  ): Promise<Response> {
    return this.#ask(context, admitted, message, (answered) => {
      if (answered.entry) throw new Error("an entry came for what is none");
      const told = shown(answered.message);
      return "code" in told ? answerRefused(context, told as Refusal) : context.json(told);
    });
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

function plain({ type: _, ...rest }: ServerMessage): object {
  return rest;
}

/** What a guest who is new with each request lacks (W17.5). */
export const SAME_AGAIN = "needs somebody who is the same again: show a user's token, or a " +
  "session, which POST /api/session gives, without a shared token beside it";

/** A key of somebody who is nobody the next time would keep nothing from being said twice. */
function refuseKey() {
  return refuse(400, "INVALID_FIELD", `Idempotency-Key ${SAME_AGAIN}`);
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
