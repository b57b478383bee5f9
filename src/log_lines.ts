// What the log says of connections that ended, and of what was done by who may do more than others.
import type { Logger } from "@logtape/logtape";
import type { Audited } from "./audited.ts";
import type { Life } from "./life.ts";

export function logLife(log: Logger, life: Life, address: string): void {
  log.info(
    "{user} {uid} of {address} left {rooms}: {code} {reason} after {seconds} s, " +
      "{received} in, {sent} out, {dropped} dropped",
    {
      ...life,
      address,
      rooms: life.rooms.join(" ") || "-",
      seconds: Number(life.seconds.toFixed(1)),
    },
  );
}

export function logAudited(log: Logger, { until, room, ...about }: Audited): void {
  const parts = [about.address === undefined ? "{by} {action}" : "{by} of {address} {action}"];
  if (about.uid !== undefined) parts.push("{uid}");
  if (about.of !== undefined) parts.push("message {of}");
  parts.push("in {room}");
  if (until !== undefined) parts.push("until {until}");
  log.info(`audit: ${parts.join(" ")}`, {
    ...about,
    room: room ?? "everything",
    ...(until !== undefined && { until: endOf(until) }),
  });
}

function endOf(until: number | null): string {
  if (until === null) return "for good";
  return until === 0 ? "now" : new Date(until).toISOString();
}
