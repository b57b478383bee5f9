// What the claims of a verified token say of somebody (W15.8). A malformed claim is named, and its
// value is not.
import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Grant, type Identity, isGuest, isProgram } from "../identity.ts";
import { isUserId, UID_EXPECTED, utf8Length } from "../protocol.ts";
import { MAX_NAME_CHARACTERS, parseUserName } from "../user_name.ts";

/** A room name, or the beginning of one with `*` behind it, or `*`. */
const PATTERN = /^(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*\*?|\*)$/u;
const MAX_PATTERN_BYTES = 65;
/** The last moment that a date can hold, in seconds. */
const LAST_SECOND = 8.64e12;

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_SECOND));
const permissions = v.array(v.picklist(["read", "write", "moderate"]));
// A misspelt field would give more than was meant.
const grant = v.union([permissions, v.strictObject({ permissions, from: v.optional(seconds, 0) })]);
const isSub = (sub: string) => isUserId(sub) && !isGuest(sub) && !isProgram(sub);
const isRooms = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const claims = v.object({
  sub: v.pipe(v.string(), v.check(isSub)),
  exp: seconds,
  iat: v.optional(seconds, 0),
  name: v.optional(v.string()),
  rooms: v.optional(v.pipe(v.custom<Record<string, unknown>>(isRooms), v.rawTransform(toGrants))),
  admin: v.optional(v.boolean(), false),
});

/** What a claim must be, by name. */
const EXPECTED: Record<string, string> = {
  sub: `${UID_EXPECTED}, and not begin with guest:, bot: or hook:`,
  exp: "a time in seconds since 1970",
  iat: "a time in seconds since 1970, and not in the future",
  nbf: "a time in seconds since 1970 that has come",
  iss: "what JWT_ISSUER says",
  aud: "what JWT_AUDIENCE says",
  name: "a string",
  rooms: 'an object such as {"team-*": ["read", "write"]} or ' +
    '{"team-*": {"permissions": ["read"], "from": 1767225600}}',
  admin: "true or false",
};

export type ReadClaims = { ok: true; identity: Identity } | { ok: false; message: string };

/** The sentence for a claim that is missing or wrong. */
export function wrongClaim(claim: string): string {
  return `the token's claim ${claim} must be ${EXPECTED[claim] ?? "as docs/PROTOCOL.md says"}`;
}

export function readClaims(payload: unknown): ReadClaims {
  const parsed = v.safeParse(claims, payload, { abortEarly: true });
  if (!parsed.success) {
    return { ok: false, message: wrongClaim(String(parsed.issues[0].path?.[0]?.key)) };
  }
  const { sub, exp, iat, name, rooms, admin } = parsed.output;
  const named = name === undefined ? nameOf(sub) : parseUserName(name, "the token's claim name");
  if (!named.ok) return named;
  return {
    ok: true,
    identity: {
      uid: sub,
      name: named.name,
      expires: Math.floor(exp * 1000),
      seal: null,
      issuedAt: iat * 1000,
      ...(rooms && { grants: rooms }),
      ...(admin && { isAdmin: true }),
    },
  };
}

/** A name for one whose token has none: the `sub`, where that can be one. */
function nameOf(sub: string): { ok: true; name: string } {
  const parsed = parseUserName([...sub].slice(0, MAX_NAME_CHARACTERS).join(""));
  if (parsed.ok) return parsed;
  const digest = createHash("sha256").update(sub).digest("hex");
  return { ok: true, name: `user-${digest.slice(0, 8)}` };
}

function toGrants({ dataset, addIssue, NEVER }: v.RawTransformContext<Record<string, unknown>>) {
  const grants: Grant[] = [];
  for (const [name, value] of Object.entries(dataset.value)) {
    const pattern = name.normalize("NFC");
    const parsed = v.safeParse(grant, value);
    if (!parsed.success || !PATTERN.test(pattern) || utf8Length(pattern) > MAX_PATTERN_BYTES) {
      addIssue({ message: "rooms" });
      return NEVER;
    }
    const given = Array.isArray(parsed.output)
      ? { permissions: parsed.output, from: 0 }
      : parsed.output;
    grants.push({ pattern, permissions: given.permissions, from: Math.floor(given.from * 1000) });
  }
  return grants;
}
