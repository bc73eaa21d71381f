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

const SHORT_NAME = new Intl.DateTimeFormat("fr-FR", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

/** "lun. 23 nov." */
export const shortDayName = (day) => first(SHORT_NAME.format(noon(day)));

/** The wall time so many seconds later; the zone's offset is taken to stay. */
export function addSeconds(instant, seconds) {
  const wall = new Date(`${instant.slice(0, 19)}Z`);
  return new Date(wall.getTime() + seconds * 1000).toISOString();
}

/** "06 39 98 12 01" for +33639981201. */
export const readable = (phone) => phone.replace(/^\+33/, "0").replace(/(\d\d)(?=\d)/g, "$1\u00a0");

/** "1:05" for 65 seconds. */
export const countdown = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
