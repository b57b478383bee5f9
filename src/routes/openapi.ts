// The HTTP API as OpenAPI 3.1 (W17.8), made of the program's routes and of what each says of itself.
// Loaded when somebody first asks for it.
import {
  type OverrideActionContext,
  toJsonSchema,
  toJsonSchemaDefs,
} from "@valibot/to-json-schema";
import type { RouterRoute } from "hono/types";
import * as v from "valibot";
import { expectedOf } from "../client_message.ts";
import { VERSION } from "../version.ts";
import {
  type Fields,
  fieldsOf,
  type Operation,
  operationOf,
  type Schema,
  TAGS,
} from "./operation.ts";
import { SHAPES } from "./shapes.ts";

export interface JsonSchema {
  $ref?: string;
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: JsonSchema;
}

type Content = Record<string, { schema: JsonSchema }>;

/** An operation as the document has it. */
export interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: Record<string, never[]>[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { $ref: string } | { description: string; content?: Content }>;
}

/** What names in paths are, where the operation does not say else. */
const PARAMS: Fields = {
  ...fieldsOf("edit", "room"),
  seq: fieldsOf("edit", "of").of,
  ...fieldsOf("kick", "uid"),
  ...fieldsOf("react", "emoji"),
};

const SAYS: Record<string, string> = {
  200: "What came of it.",
  201: "It is in the log now; where, says `Location`.",
  204: "Done.",
  503: "Not now.",
};

const INTRODUCTION =
  "What is said here goes through the rooms as everything does: one order, the same " +
  "rights and limits as on a WebSocket. docs/PROTOCOL.md, W17 and W18, has the rules. A body is JSON; where it has a " +
  "`text`, it may be the text itself. Every refusal is problem details (RFC 9457) with a `code`. What puts an entry " +
  "into a log may carry an `Idempotency-Key`: done again under the same key, it is said once.";

const CREDENTIAL = "A shared token, a user's token (JWT), or a guest's session.";

/** The document; its operations are those of the routes that say what they are. */
export function describeApi(routes: readonly RouterRoute[]) {
  const paths: Record<string, Record<string, Described>> = {};
  for (const { method, path, handler } of routes) {
    const about = operationOf(handler);
    if (!about) continue;
    const named = path.replaceAll(/:(\w+)(\{[^/]*\})?/g, "{$1}");
    (paths[named] ??= {})[method.toLowerCase()] = describe(about, path);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Snug",
      version: VERSION,
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{}, ...CREDENTIALS],
    tags: Object.values(TAGS),
    paths,
    components: {
      schemas: toJsonSchemaDefs(SHAPES, SETTINGS) as Record<string, JsonSchema>,
      parameters: {
        username: {
          name: "username",
          in: "query",
          description: "The name that a guest wishes for.",
          schema: { type: "string" },
        },
      },
      responses: { Problem: PROBLEM },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: CREDENTIAL },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "snug",
          description: "As `POST /api/session` gives it; over TLS its name is `__Host-snug`.",
        },
        token: { type: "apiKey", in: "query", name: "token", description: CREDENTIAL },
      },
    },
  };
}

export type Document = ReturnType<typeof describeApi>;

const CREDENTIALS = [{ bearer: [] }, { cookie: [] }, { token: [] }];
const REFUSED = { $ref: "#/components/responses/Problem" };
const PROBLEM = {
  description: "Why it was not done.",
  headers: {
    "Retry-After": {
      description: "In how many seconds to try again, where that is known.",
      schema: { type: "integer" },
    },
  },
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

const SETTINGS = {
  target: "draft-2020-12",
  // What only code can check is said in words.
  errorMode: "ignore",
  // Bounds that every integer of JSON has say nothing.
  overrideAction: ({ valibotAction, jsonSchema }: OverrideActionContext) =>
    valibotAction.type === "safe_integer" ? { ...jsonSchema, type: "integer" as const } : undefined,
  definitions: SHAPES,
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const;

function describe(about: Operation, path: string): Described {
  const parameters = parametersOf(about, path);
  return {
    operationId: about.id,
    tags: [TAGS[about.tag].name],
    summary: about.summary,
    ...(about.detail !== undefined && { description: about.detail }),
    ...(about.for === "everybody" && { security: [] }),
    ...(about.for === "administrators" && { security: CREDENTIALS }),
    ...(parameters.length > 0 && { parameters }),
    ...((about.body || about.media) && { requestBody: bodyOf(about) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(about.answers).map((
          [status, answer],
        ) => [status, answerOf(status, answer, about)]),
      ),
      "4XX": REFUSED,
      "5XX": REFUSED,
    },
  };
}

function parametersOf(about: Operation, path: string): (Parameter | { $ref: string })[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const inPath = Object.fromEntries(names.map((name) => {
    const schema = about.params?.[name] ?? PARAMS[name];
    if (!schema) throw new Error(`${path} does not say what ${name} is`);
    return [name, schema];
  }));
  const all = [
    ...Object.entries(inPath).map((field) => ["path", ...field] as const),
    ...Object.entries(about.query ?? {}).map((field) => ["query", ...field] as const),
    ...Object.entries(about.headers ?? {}).map((field) => ["header", ...field] as const),
  ].map(([where, name, schema]): Parameter => {
    const { description, ...rest } = fieldOf(name, schema, about);
    return {
      name,
      in: where,
      ...(!isOptional(schema) && { required: true }),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
  return about.for === "everybody" ? all : [...all, { $ref: "#/components/parameters/username" }];
}

function bodyOf(about: Operation) {
  const { body, media = [] } = about;
  const isRequired = !body || Object.values(body).some((schema) => !isOptional(schema));
  const others = media.map((type) => [type, { schema: type.startsWith("text/") ? TEXT : {} }]);
  return {
    required: isRequired,
    content: {
      ...(body && { "application/json": { schema: objectOf(body, about) } }),
      ...Object.fromEntries(others),
    },
  };
}

const TEXT: JsonSchema = { type: "string", description: "The text itself." };

function objectOf(fields: Fields, about: Operation): JsonSchema {
  const required = Object.keys(fields).filter((name) => !isOptional(fields[name]!));
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, fieldOf(name, schema, about)]),
  );
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

function answerOf(
  status: string,
  answer: Schema | string | null | undefined,
  { answers }: Operation,
) {
  const isRetry = status === "200" && answers[201] !== undefined;
  const description = isRetry ? "It was said before, under the same key." : SAYS[status] ?? "Done.";
  if (!answer) return { description };
  const isMedia = typeof answer === "string";
  const schema = isMedia ? { type: "string" } : schemaOf(answer);
  const location = { Location: { description: "Its address.", schema: { type: "string" } } };
  return {
    description,
    ...(status === "201" && { headers: location }),
    content: { [isMedia ? answer : "application/json"]: { schema } },
  };
}

/** A field with what it must be, in the words of a refusal. */
function fieldOf(name: string, schema: Schema, { message }: Operation): JsonSchema {
  const expected = expectedOf(message ?? "", NAMED_IN_MESSAGES[name] ?? name);
  const made = schemaOf(schema);
  return made.description === undefined && expected !== undefined
    ? { ...made, description: `Must be ${expected}.` }
    : made;
}

/** What is called otherwise over HTTP than in its message. */
const NAMED_IN_MESSAGES: Record<string, string> = { seq: "of", "Idempotency-Key": "ref" };

function schemaOf(schema: Schema): JsonSchema {
  const { $schema: _, $defs: __, ...rest } = toJsonSchema(schema, SETTINGS);
  return rest as JsonSchema;
}

function isOptional(schema: Schema): boolean {
  return v.safeParse(v.object({ it: schema }), {}).success;
}
