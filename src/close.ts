// The close table (W13): every close that the server makes, by name. What the client does about
// each stands in static/sdk/reconnect.js; a test holds the two together.

export type Close = { readonly code: number; readonly reason: string };

export const CLOSE = {
  bye: { code: 1000, reason: "bye" },
  tooBig: { code: 1009, reason: "message too big" },
  restarting: { code: 1012, reason: "restarting" },
  heartbeat: { code: 4000, reason: "heartbeat timeout" },
  expired: { code: 4001, reason: "token expired or revoked" },
  banned: { code: 4003, reason: "banned" },
  rateLimited: { code: 4008, reason: "rate limited" },
  tooSlow: { code: 4009, reason: "too slow" },
  internal: { code: 4500, reason: "internal error" },
} as const satisfies Record<string, Close>;
