// A gate on real parts, a store in memory and a clock that the test moves.
import { Authenticator } from "../../src/gate/authenticator.ts";
import { Gate, type GateOptions } from "../../src/gate/gate.ts";
import { GuestSessions } from "../../src/gate/guest.ts";
import { JwtVerifier } from "../../src/gate/jwt.ts";
import { AddressLimits } from "../../src/gate/limit.ts";
import { Proxies } from "../../src/gate/proxies.ts";
import { Revocations } from "../../src/gate/revocations.ts";
import { SignIns } from "../../src/gate/sign_ins.ts";
import { hashToken } from "../../src/gate/token.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { SECRET } from "./issuer.ts";

export const NOW = 1_800_000_000_000;
export const TOKEN = "s3cret";
export const ADMIN = "s3cret-admin";
export const HOST = "chat.example.org";
export const HERE = "192.0.2.1";
export const guests = new GuestSessions("secret", "binding");

export interface GateSetting extends Partial<GateOptions> {
  /** It asks for no token; else for TOKEN. */
  isOpen?: boolean;
  trusted?: string[];
  connects?: number;
  /** Tokens under SECRET are users'. */
  hasUsers?: boolean;
}

export function makeGate(setting: GateSetting = {}): Gate {
  return setUp(setting).gate;
}

/** The gate with what is behind it. */
export function setUp(setting: GateSetting = {}, given?: SignIns) {
  const { isOpen, trusted = [], connects = 1000, hasUsers, ...options } = setting;
  let ids = 0;
  const clock = { now: NOW };
  const store = new MemoryStore();
  const signIns = given ?? new SignIns(store);
  const revocations = new Revocations(store);
  const penalties: [string, number][] = [];
  const guesses: string[] = [];
  const ended: string[] = [];
  const gate = new Gate({
    authenticator: new Authenticator({
      accesses: [
        { tokenHash: isOpen ? undefined : hashToken(TOKEN), guests },
        {
          tokenHash: hashToken(ADMIN),
          guests: new GuestSessions("secret", "admin"),
          isAdmin: true,
        },
      ],
      jwt: hasUsers
        ? { verifier: new JwtVerifier({ key: SECRET, issuer: "", audience: "" }), binding: "jwt" }
        : undefined,
      signIns,
      revocations,
      makeGuestId: () => `id${++ids}-xyz`,
    }),
    signIns,
    proxies: new Proxies(trusted, () => {}),
    limits: new AddressLimits({ connects, limits: { messagesPerSecond: 5, burst: 20 } }),
    live: {
      revoke: (uid, before) => ended.push(`${uid} before ${before}`),
      signOut: (signIn) => ended.push(signIn),
    },
    isLocalOnly: false,
    allowedOrigins: [],
    authHeader: "x-ws-auth-key",
    maxConnections: 100,
    maxConnectionsPerIp: 10,
    now: () => clock.now,
    penalized: (address, ms) => penalties.push([address, ms]),
    guessed: (network) => guesses.push(network),
    ...options,
  });
  return { gate, clock, store, signIns, revocations, penalties, guesses, ended };
}
