import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type * as v from "valibot";
import type { HttpCode } from "../../src/gate/refusal.ts";
import type { Ban, Entry, ErrorCode, Hit, ListedRoom, Member } from "../../src/protocol.ts";
import type { Message, ServerMessage } from "../../src/protocol.ts";
import * as shapes from "../../src/routes/shapes.ts";

/** Whether two types are the same: `any` is the same as nothing but itself. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only for `true`. */
type Holds<T extends true> = T;

/** A type without what only its makers know: branded strings, intersections, `readonly`. */
type Bare<T> = T extends string ? (string extends T ? string : `${T}`)
  : T extends readonly [unknown, ...unknown[]] ? { -readonly [K in keyof T]: Bare<T[K]> }
  : T extends readonly (infer One)[] ? Bare<One>[]
  : T extends object ? { -readonly [K in keyof T]: Bare<T[K]> }
  : T;
type Same<Schema extends v.GenericSchema, T> = Equal<Bare<v.InferOutput<Schema>>, Bare<T>>;
/** What a message of the server is over HTTP. */
type Told<T extends ServerMessage["type"]> = Omit<
  Extract<ServerMessage, { type: T }>,
  "type" | "ref"
>;

/** Checked by `deno check`: what is wrong here does not compile. */
export type Checked = [
  Holds<Same<typeof shapes.entry, Entry>>,
  Holds<Same<typeof shapes.message, Message>>,
  Holds<Same<typeof shapes.hit, Hit>>,
  Holds<Same<typeof shapes.member, Member>>,
  Holds<Same<typeof shapes.ban, Ban>>,
  Holds<Same<typeof shapes.listedRoom, ListedRoom>>,
  Holds<Same<typeof shapes.history, Told<"history">>>,
  Holds<Same<typeof shapes.members, Told<"members">>>,
  Holds<Same<typeof shapes.rooms, Told<"rooms">>>,
  Holds<Same<typeof shapes.found, Told<"search">>>,
  Holds<Same<typeof shapes.kicked, Told<"kicked">>>,
  Holds<Same<typeof shapes.muted, Told<"muted">>>,
  Holds<Same<typeof shapes.banned, Told<"banned">>>,
  Holds<Same<typeof shapes.bans, Told<"bans">>>,
  Holds<Equal<shapes.Problem["code"], ErrorCode | HttpCode>>,
  // And Same itself says no.
  Holds<Equal<Same<typeof shapes.member, Pick<Member, "uid" | "user">>, false>>,
  Holds<Equal<Same<typeof shapes.chat, Message>, false>>,
];

describe("shapes", () => {
  it("W17.8 each name of the description stands for another shape", () => {
    const named = Object.values(shapes.SHAPES);
    assertEquals(new Set(named).size, named.length);
  });
});
