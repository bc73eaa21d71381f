// A caller's wish (constraints.when, the canonical constraint) in a visitor's words, one short text per clause.

import { fill, texts } from "./dom.js";
import { clock, shortDay } from "./time.js";

const { wish: words, weekdays, periods } = texts;

const time = (text) => clock(Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5)));

function clause({ days = [], dates = [], periods: parts = [], at, approx, not_before: after, not_after: before, window_start: from, window_end: until }) {
  return [
    days.map((day) => weekdays[day] ?? day).join(", "),
    dates.map(shortDay).join(", "),
    parts.map((part) => periods[part] ?? part).join(", "),
    at && fill(approx ? words.about : words.at, { time: time(at) }),
    after && fill(words.after, { time: time(after) }),
    before && fill(words.before, { time: time(before) }),
    from && from !== until && fill(words.from, { day: shortDay(from) }),
    until && (from === until ? shortDay(until) : fill(words.until, { day: shortDay(until) })),
  ].filter(Boolean).join(" · ");
}

export function wishInWords(wish) {
  if (!wish) return [];
  const wanted = (wish.any_of ?? []).map(clause).filter(Boolean);
  if (wish.asap) wanted.push(words.asap);
  if (wish.any) wanted.push(words.any);
  const refused = (wish.none_of ?? []).map(clause).filter(Boolean).map((what) => fill(words.not, { what }));
  return [...wanted, ...refused];
}
