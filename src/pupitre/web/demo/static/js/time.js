// Wall time as the desk writes it. Nothing is converted: the day and the minutes are read off the text itself.

const DAY = new Intl.DateTimeFormat("fr-FR", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", timeZone: "UTC" });
const WEEKDAY = new Intl.DateTimeFormat("fr-FR", { weekday: "short", timeZone: "UTC" });

/** "2026-01-06T09:00:00+01:00" or "2026-01-06 09:00:00" → "2026-01-06". */
export const dayOf = (instant) => instant.slice(0, 10);

/** Minutes since midnight on the wall. */
export const minutesOf = (instant) => Number(instant.slice(11, 13)) * 60 + Number(instant.slice(14, 16));

/** The same slot written in either shape gives the same key. */
export const slotKey = (start, agent) => `${start.slice(0, 16).replace(" ", "T")}|${agent}`;

/** "9 h", "15 h 15". */
export function hour(instant) {
  const minutes = minutesOf(instant);
  return clock(minutes);
}

export function clock(minutes) {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}\u00a0h${rest ? `\u00a0${String(rest).padStart(2, "0")}` : ""}`;
}

const noon = (day) => new Date(`${day}T12:00:00Z`);
const first = (text) => text.replace(/\b1 /, "1er ");

export const longDay = (day) => first(DAY.format(noon(day)));
export const shortDay = (day) => first(SHORT.format(noon(day)));
export const weekday = (day) => WEEKDAY.format(noon(day)).replace(".", "");
export const dayNumber = (day) => String(Number(day.slice(8, 10)));

export function addDays(day, count) {
  const date = noon(day);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** "1:05" for 65 seconds. */
export const countdown = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
