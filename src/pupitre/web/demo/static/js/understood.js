// The middle: what the desk understood, from the call's canonical context and its turns.

import { byId, fill, flash, make, show, texts } from "./dom.js";
import { dayOf, hour, longDay, slotKey } from "./time.js";
import { wishInWords } from "./wish.js";

const { understood: words, intents, match, states, status, paths } = texts;

const fact = (name) => document.querySelector(`[data-fact="${name}"]`);

/** Shows the context; a call not begun is an empty one. */
export function showUnderstood(context, turns, agentName) {
  const state = context.telemetry?.state;
  showPath(context, turns);
  const line = byId("state");
  line.hidden = !state;
  show(line.querySelector("b"), states[state] ?? state ?? "");
  line.querySelector("code").textContent = state ?? "";
  tell("intent", intents[context.intent], context.intent_confidence && fill(words.confidence, { n: Math.round(context.intent_confidence * 100) }));
  tell("patient", context.patient?.display_name, match[context.patient?.match_mode]);
  tellWish(context.constraints ?? {});
  tellOffers(context, agentName);
  tellAppointment(context, agentName);
  tellReminders(context.reminders ?? {});
  showCounters(context.counters ?? {});
  showTurns(turns);
  byId("raw").textContent = Object.keys(context).length ? JSON.stringify(context, null, 2) : "";
}

function tell(name, value, note) {
  const row = fact(name);
  row.classList.toggle("known", Boolean(value));
  show(row.querySelector("dd"), ...(value ? [make("b", {}, value), note ? make("small", {}, note) : ""] : []));
}

function tellWish({ raw_text: said, when }) {
  const row = fact("wish");
  const clauses = wishInWords(when);
  row.classList.toggle("known", Boolean(said || clauses.length));
  const chips = clauses.map((text) => make("span", { class: "chip" }, text));
  show(row.querySelector("dd"), chips.length ? make("span", { class: "chips", title: said }, ...chips) : said ? make("q", {}, said) : "");
}

/** Each offer has a jack from which a cord runs to its slot in the week; `data-slot` joins the two. */
function tellOffers(context, agentName) {
  const slots = context.slots ?? [];
  const picked = context.picked_slot?.rank;
  fact("offers").classList.toggle("known", slots.length > 0);
  const list = byId("offers");
  const before = list.dataset.shown;
  list.dataset.shown = slots.map((slot) => slotKey(slot.start, slot.owner_user_id)).join();
  list.replaceChildren(
    ...slots.map((slot) => {
      const kind = picked === undefined ? "offered" : picked === slot.rank ? "picked" : "passed";
      return make(
        "li",
        { class: `offer ${kind}`, "data-slot": slotKey(slot.start, slot.owner_user_id), "data-rank": slot.rank },
        make("span", { class: "rank" }, String(slot.rank)),
        make("span", { class: "when" }, make("b", {}, slot.label_tts), make("small", {}, agentName(slot.owner_user_id), make("span", { class: "left" }))),
        make("span", { class: "jack", "aria-hidden": "true" }),
      );
    }),
  );
  if (before !== list.dataset.shown && slots.length) flash(list);
}

function tellAppointment({ appointment = {} }, agentName) {
  const both = byId("to-both");
  both.hidden = !appointment.event_id;
  both.dataset.id = appointment.event_id ?? "";
  if (!appointment.start) return tell("appointment", null);
  const canceled = appointment.status === "canceled";
  tell("appointment", `${longDay(dayOf(appointment.start))} à\u00a0${hour(appointment.start)}`, [agentName(appointment.owner_user_id), status[appointment.status]].filter(Boolean).join(" · "));
  fact("appointment").classList.toggle("canceled", canceled);
  return undefined;
}

function tellReminders({ opt_in: wanted, jobs = [] }) {
  if (wanted === undefined) return tell("reminders", null);
  return tell("reminders", wanted ? words.reminders_yes : words.reminders_no, jobs.map((job) => job.when).join(", "));
}

function showCounters(counters) {
  for (const row of document.querySelectorAll("[data-counter]")) {
    const count = counters[row.dataset.counter] ?? 0;
    const limit = Number(row.dataset.limit ?? 0);
    row.classList.toggle("some", count > 0);
    const lamps = Array.from({ length: limit }, (_, index) => make("i", { class: index < count ? "on" : "" }));
    row.querySelector("dd").replaceChildren(make("span", { class: limit ? "unseen" : "" }, String(count)), ...lamps);
  }
}

function showPath(context, turns) {
  const state = context.telemetry?.state;
  const route = paths[context.intent === "CANCEL" ? "cancel" : "book"];
  const reached = [...turns.map((turn) => turn.state), state].map((name) => route.findIndex((station) => station.states.includes(name)));
  const here = reached.at(-1);
  const last = here >= 0 ? here : reached.filter((index) => index >= 0).at(-1) ?? -1;
  const stations = route.map((station, index) =>
    make(
      "li",
      {
        class: index < last ? (reached.includes(index) ? "passed" : "skipped") : index === last && here >= 0 ? "here" : index === last ? "passed" : "",
        "aria-current": index === here ? "step" : null,
      },
      make("span", {}, station.label),
    ),
  );
  if (state === "TRANSFER_AGENT") stations.splice(last + 1, stations.length, make("li", { class: "here agent", "aria-current": "step" }, make("span", {}, states[state])));
  byId("path").replaceChildren(...stations);
}

function showTurns(turns) {
  const list = byId("turns");
  if (!turns.length) return list.replaceChildren(make("li", { class: "none" }, words.nothing));
  const known = list.querySelectorAll(".turn").length;
  list.replaceChildren(
    ...turns.toReversed().map((turn, index) =>
      make(
        "li",
        { class: `turn${index < turns.length - known ? " fresh" : ""}` },
        make("p", { class: "heard" }, turn.heard ? turn.heard : words.turn_start),
        make("p", { class: "meaning" }, [turn.meaning, ...wishInWords(turn.when)].filter(Boolean).join(", ")),
        ...turn.effects.map((effect) => make("p", { class: "effect" }, effect)),
        make("code", {}, turn.state),
      ),
    ),
  );
  return undefined;
}
