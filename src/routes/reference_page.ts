// The description of the HTTP API as a page for people (W17.8): plain HTML without a script.
import { html } from "hono/html";
import type { Described, Document, JsonSchema, Parameter } from "./openapi.ts";

type Html = ReturnType<typeof html>;

/** An operation, and where it is. */
interface Entry {
  method: string;
  path: string;
  about: Described;
}

/** The whole page. */
export function pageOf(document: Document): string {
  const { info, tags, paths, components } = document;
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, about]) => ({
      method: method.toUpperCase(),
      path,
      about,
    }))
  );
  const of = (tag: string) => entries.filter(({ about }) => about.tags.includes(tag));
  const shown = tags.filter(({ name }) => of(name).length > 0);
  return `${html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>HTTP API · Snug</title>
        <link rel="icon" href="/icon.svg">
        <link rel="stylesheet" href="/css/tokens.css">
        <link rel="stylesheet" href="/css/base.css">
        <link rel="stylesheet" href="/css/reference.css">
      </head>
      <body class="reference">
        <nav aria-label="Operations">
          <ul>
    ${shown.map(({ name }) => contentsOf(name, of(name)))}
    <li><a class="part" href="#shapes">What is answered</a></li>
          </ul>
        </nav>
        <main>
    <h1>The HTTP API of Snug ${info.version}</h1>
    ${inline(info.description)}
    <p>For programs: <a class="link" href="/api/openapi.json">openapi.json</a>. A credential stands in
    <code>Authorization: Bearer</code>, in the cookie of <code>POST /api/session</code>, or in <code>?token=</code>;
    a guest wishes for a name with <code>?username=</code>.</p>
    ${shown.map(({ name, description }) =>
      html`<section>
<h2 id="${idOf(name)}">${name}</h2>
${inline(description)}
${of(name).map(articleOf)}
</section>`
    )}
    <section>
    <h2 id="shapes">What is answered</h2>
    <p>What has a question mark may be missing.</p>
    ${Object.entries(components.schemas).map(shapeOf)}
    </section>
        </main>
      </body>
    </html>
  `}`;
}

function contentsOf(tag: string, entries: Entry[]): Html {
  return html`
    <li><a class="part" href="#${idOf(tag)}">${tag}</a><ul>
    ${entries.map(({ about }) =>
      html`
        <li><a href="#${about.operationId}">${about.summary}</a></li>
      `
    )}</ul></li>
  `;
}

function articleOf({ method, path, about }: Entry): Html {
  const parameters = (about.parameters ?? []).filter((it): it is Parameter => "in" in it);
  return html`
    <article id="${about.operationId}">
    <h3>${about.summary}</h3>
    <p class="request"><b>${method}</b> ${path}</p>
    ${about.description === undefined ? "" : inline(about.description)}
    ${audienceOf(about)}
    ${parameters.length === 0 ? "" : html`<dl>${parameters.map(parameterOf)}</dl>`}
    ${bodyOf(about)}
    ${Object.entries(about.responses).map(answerOf)}
    </article>
  `;
}

function audienceOf({ security }: Described): Html | "" {
  if (!security) return "";
  return security.length === 0
    ? html`<p class="direction">Needs no credential.</p>`
    : html`<p class="direction">For administrators.</p>`;
}

function parameterOf({ name, in: where, required, schema, description }: Parameter): Html {
  return html`
    <dt><code>${name}${required ? "" : "?"}</code> <span>${where}, ${typeOf(schema)}</span></dt>
    <dd>${words(description)}</dd>
  `;
}

function bodyOf({ requestBody }: Described): Html | "" {
  if (!requestBody) return "";
  const { "application/json": json, ...media } = requestBody.content;
  const types = Object.keys(media).map((type) => html`<code>${type}</code>`);
  return html`
    <h4>Body</h4>
    ${json ? fieldsOf(json.schema) : ""}
    ${types.length === 0
      ? ""
      : html`<p>${json ? "Or the text itself, as" : "As it is:"} ${
        types.flatMap((type, at) => at === 0 ? type : [", ", type])
      }.</p>`}
  `;
}

function answerOf([status, answer]: [string, Described["responses"][string]]): Html | "" {
  // Refusals are the same everywhere.
  if ("$ref" in answer) return "";
  const [media, { schema } = {}] = Object.entries(answer.content ?? {})[0] ?? [];
  const what = schema === undefined
    ? "no body"
    : media !== "application/json"
    ? html`<code>${media}</code>`
    : schema.properties
    ? ""
    : typeOf(schema);
  return html`
    <h4>${status} <span>${what}</span></h4>
    ${schema?.properties ? fieldsOf(schema) : ""}
  `;
}

function shapeOf([name, schema]: [string, JsonSchema]): Html {
  return html`
    <article id="${name}"><h3>${name}</h3>${fieldsOf(schema)}</article>
  `;
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema): Html {
  return html`<dl>${
    Object.entries(properties).map(([name, schema]) =>
      html`
        <dt><code>${name}${required.includes(name) ? "" : "?"}</code> <span>${typeOf(
          schema,
        )}</span></dt>
        <dd>${words(schema.description)}</dd>
      `
    )
  }</dl>`;
}

/** What a value is, in a word or two. */
function typeOf(schema: JsonSchema): Html | string {
  const { $ref, type, const: constant, enum: values, items, prefixItems, properties } = schema;
  const either = schema.anyOf ?? schema.oneOf;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return html`<a class="link" href="#${name}">${name}</a>`;
  }
  if (constant !== undefined) return JSON.stringify(constant);
  if (values) return values.join(", ");
  if (either) {
    return html`${either.map((one, at) => html`${at === 0 ? "" : " or "}${typeOf(one)}`)}`;
  }
  if (prefixItems) {
    return html`[${prefixItems.map((one, at) => [at === 0 ? "" : ", ", typeOf(one)])}]`;
  }
  if (type === "array" && items) return html`list of ${typeOf(items)}`;
  if (properties) return `{${Object.keys(properties).join(", ")}}`;
  return type ?? "anything";
}

/** A paragraph in which what is between backticks is code. */
function inline(text: string): Html {
  return html`<p>${words(text)}</p>`;
}

function words(text = ""): (Html | string)[] {
  return text.split("`").map((part, at) => at % 2 === 0 ? part : html`<code>${part}</code>`);
}

function idOf(tag: string): string {
  return tag.toLowerCase().replaceAll(" ", "-");
}
