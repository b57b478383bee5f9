// @ts-check
// Times and days in words. The page is in English; the clock goes by the reader's own habit,
// unless they chose another.

const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });

let time = timeFormat("");

/** Goes by `12` or `24` hours from now on, or by the reader's own habit. @param {string} hours */
export function setClock(hours) {
  time = timeFormat(hours);
}

/** Whether times end in am or pm, and so need more room. */
export function isLong() {
  return time.resolvedOptions().hour12 === true;
}

/** `09:14` @param {number} ts */
export function timeOf(ts) {
  return time.format(ts);
}

/** `Thursday, 20 November`, with its year unless that is this one. @param {number} ts */
export function dayOf(ts) {
  const isThisYear = new Date(ts).getFullYear() === new Date().getFullYear();
  return `${WEEKDAY.format(ts)}, ${isThisYear ? DATE.format(ts) : dateOf(ts)}`;
}

/** `20 November 2025` @param {number} ts */
export function dateOf(ts) {
  return `${DATE.format(ts)} ${new Date(ts).getFullYear()}`;
}

/** `09:14`, with its date unless that is today. @param {number} ts */
export function momentOf(ts) {
  const isToday = dateOf(ts) === dateOf(Date.now());
  return isToday ? timeOf(ts) : `${dateOf(ts)}, ${timeOf(ts)}`;
}

/** `Thursday, 20 November 2025, 09:14` @param {number} ts */
export function fullTimeOf(ts) {
  return `${WEEKDAY.format(ts)}, ${dateOf(ts)}, ${timeOf(ts)}`;
}

/** @param {string} hours */
function timeFormat(hours) {
  const habit = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12;
  const hour12 = hours === "" ? habit : hours === "12";
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12 });
}
