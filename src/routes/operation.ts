// What a route takes and answers, said beside it: for the types of `hc`, and for the API's description
// (W17.8). Checks nothing by itself: the schemas here are those that check.
import type { Context, Handler, TypedResponse } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import type * as v from "valibot";
import { clientMessages } from "../client_message.ts";
import type { AppEnv } from "./env.ts";
import type { Problem } from "./shapes.ts";

type Messages = typeof clientMessages;
export type Schema = v.GenericSchema<unknown>;
export type Fields = Record<string, Schema>;

/** The parts of the description, in its order: what each is called, and what is in it. */
export const TAGS = {
  messages: { name: "Messages", description: "What is said in rooms, and what becomes of it." },
  rooms: { name: "Rooms", description: "Which there are, who is in them, and what happens there." },
  files: {
    name: "Files",
    description: "What is uploaded for messages, and given to who may read.",
  },
  users: { name: "Users", description: "What is said to one of them alone." },
  moderation: {
    name: "Moderation",
    description: "For who may `moderate` a room; from everything, for administrators.",
  },
  sessions: { name: "Sessions", description: "A credential as a cookie that no script can read." },
  administration: { name: "Administration", description: "What only administrators may do." },
  server: { name: "Server", description: "How it is, and what it has." },
} as const;

/** The body may be its field `text` as it is (W17.3). */
export const TEXT = ["text/plain"];

export interface Operation {
  /** What clients that are made from the description call it. */
  id: string;
  tag: keyof typeof TAGS;
  /** What it does, in one line. */
  summary: string;
  /** What else is to be known, as Markdown. */
  detail?: string;
  /** The client message that it is (W17). */
  message?: keyof Messages;
  /** Who may ask: who the gate lets in, administrators, or everybody. Without it, the gate's. */
  for?: "administrators" | "everybody";
  /** Names in the path, where they are not what they are elsewhere. */
  params?: Fields;
  query?: Fields;
  headers?: Fields;
  body?: Fields;
  /** What else than JSON the body may be, taken as it is. */
  media?: readonly string[];
  /** By status: what the JSON is, what else it is by its media type, or null for nothing. */
  answers: Partial<Record<StatusCode, Schema | string | null>>;
}

/** The body of every refusal (W17.2), as a type of its own for `hc`. */
type Refusal = TypedResponse<
  Problem,
  400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 416 | 429 | 500 | 503 | 507,
  "json"
>;

type Answers<A> = {
  [S in keyof A & StatusCode]: A[S] extends Schema ? TypedResponse<v.InferOutput<A[S]>, S, "json">
    : TypedResponse<A[S] extends null ? null : string, S, "body">;
}[keyof A & StatusCode];

/** What a route of this operation answers. */
export type AnswerOf<O extends Operation> = Answers<O["answers"]> | Refusal;

type Given<F> = F extends Fields ? v.InferInput<v.ObjectSchema<F, undefined>> : unknown;
/** A part of a request, which may be left out where all in it may. */
type Part<K extends string, T> = object extends T ? { [P in K]?: T } : { [P in K]: T };
/** A guest's name may stand in every query. */
type Query<O extends Operation> = O extends { for: "everybody" } ? Given<O["query"]>
  : Given<O["query"]> & { username?: string };

/** What a route of this operation is given, as `hc` wants it. */
export type InputOf<O extends Operation> = {
  in:
    & Part<"query", Query<O>>
    & (O extends { body: Fields } ? Part<"json", Given<O["body"]>> : unknown)
    & (O extends { headers: Fields } ? Part<"header", Given<O["headers"]>> : unknown);
};

const operations = new WeakMap<object, Operation>();

/** A handler that is described, and typed by that. */
export function operation<const O extends Operation>(
  about: O,
  run: (context: Context<AppEnv>) => Response | Promise<Response>,
): Handler<AppEnv, string, InputOf<O>, Promise<AnswerOf<O>>> {
  const handler = (context: Context<AppEnv>) => run(context);
  operations.set(handler, about);
  return handler as unknown as Handler<AppEnv, string, InputOf<O>, Promise<AnswerOf<O>>>;
}

/** What a handler is, where that was said. */
export function operationOf(handler: object): Operation | undefined {
  return operations.get(handler);
}

/** Some fields of a client message. */
export function fieldsOf<T extends keyof Messages, K extends keyof Messages[T]["entries"] & string>(
  type: T,
  ...names: K[]
): Pick<Messages[T]["entries"], K> {
  const { entries } = clientMessages[type];
  const picked = names.map((name) => [name, entries[name as unknown as keyof typeof entries]]);
  return Object.fromEntries(picked) as Pick<Messages[T]["entries"], K>;
}
