// The right side: the agents' week, with what is taken, kept and booked in it.

import { byId, fill, make, texts } from "./dom.js";
import { addDays, clock, countdown, dayNumber, dayOf, hour, longDay, minutesOf, shortDay, slotKey, weekday } from "./time.js";

const { week: words, call: callWords, status, page } = texts;
const PAD = 30;
const odds = words.odds;

export class WeekSheet {
  /** `onOpen(id)`: the visitor wants to see this appointment. */
  constructor(onDrawn, onOpen) {
    this.onDrawn = onDrawn;
    this.onOpen = onOpen;
    this.picked = null;
    this.start = null;
    this.callId = null;
    this.offers = [];
    this.known = null;
    byId("previous").addEventListener("click", () => this.turnPage(-7));
    byId("next").addEventListener("click", () => this.turnPage(7));
    byId("range").addEventListener("click", () => this.go(null));
    byId("elsewhere").addEventListener("click", () => this.go(this.elsewhere));
    setInterval(() => this.#tick(), 500);
  }

  agentName(id) {
    return this.week?.agents.find((agent) => String(agent.id) === String(id))?.name ?? "";
  }

  turnPage(days) {
    if (this.week) this.go(addDays(this.week.days[0], days));
  }

  go(start) {
    this.start = start;
    return this.refresh();
  }

  /** Asks for the week again; the last answer wins, and a lost one leaves the page as it was. */
  async refresh() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const answer = await fetch(this.start ? `/demo/week?start=${this.start}` : "/demo/week").catch(() => null);
    if (!answer?.ok || asked !== this.asked) return;
    const week = await answer.json();
    if (asked !== this.asked) return;
    this.week = week;
    this.readAt = Date.now();
    this.#draw();
  }

  /** The offers of the visitor's call, as the context has them. Turns to the week of the first when none is in view. */
  showOffers(callId, slots) {
    const keys = slots.map((slot) => slotKey(slot.start, slot.owner_user_id));
    const fresh = keys.join() !== this.offers.map((offer) => offer.key).join();
    this.callId = callId;
    this.offers = slots.map((slot, index) => ({ key: keys[index], rank: slot.rank, day: dayOf(slot.start) }));
    if (!this.week) return;
    const inView = this.offers.some((offer) => this.week.days.includes(offer.day));
    if (fresh && this.offers.length && !inView) this.go(this.offers[0].day);
    else this.#draw();
    if (fresh && this.offers.length) this.#reveal();
  }

  /** Where the week is wider than its pane: the first offer is brought into view, the page itself stays. */
  #reveal() {
    const pane = document.querySelector(".week .scroll");
    const day = document.querySelector("#sheet .mine")?.closest(".day");
    if (day) pane.scrollTo({ left: day.offsetLeft - pane.offsetWidth / 3, behavior: "smooth" });
  }

  /** Seconds the hold on this slot has left, or null without one. */
  left(key) {
    const hold = this.week?.holds.find((one) => one.call_id === this.callId && slotKey(one.start, one.agent) === key);
    if (!hold) return null;
    const elapsed = (Date.now() - this.readAt) / 1000;
    return Math.max(0, (Date.parse(hold.expires) - Date.parse(this.week.now)) / 1000 - elapsed);
  }

  #draw() {
    const { week } = this;
    if (this.knownFrom !== week.days[0]) this.known = null;
    this.knownFrom = week.days[0];
    byId("tenant").textContent = week.tenant;
    byId("range").textContent = dayRange(week.days[0], week.days.at(-1));
    byId("agents").replaceChildren(
      ...week.agents.map((agent) => make("li", {}, make("abbr", { title: agent.name, "aria-hidden": "true" }, initials(agent.name)), agent.name)),
    );
    this.#pointElsewhere();
    const minutes = week.open.flatMap((span) => [minutesOf(span.start), minutesOf(span.end)]);
    this.from = Math.min(...minutes, 9 * 60) - PAD;
    this.to = Math.max(...minutes, 18 * 60) + PAD;
    const sheet = byId("sheet");
    sheet.style.setProperty("--days", week.days.length);
    sheet.style.setProperty("--lanes", week.agents.length);
    sheet.replaceChildren(this.#hours(), ...week.days.map((day) => this.#day(day)));
    this.#announceNews();
    this.#tick();
    this.onDrawn();
  }

  #place(element, start, end) {
    const total = this.to - this.from;
    element.style.top = `${((start - this.from) / total) * 100}%`;
    element.style.height = `${((end - start) / total) * 100}%`;
    return element;
  }

  #hours() {
    const column = make("div", { class: "hours", "aria-hidden": "true" });
    for (let minute = Math.ceil(this.from / 60) * 60; minute < this.to; minute += 60)
      column.append(this.#place(make("span", {}, clock(minute)), minute, minute));
    return make("div", { class: "margin" }, make("div", { class: "day-head" }), column);
  }

  #day(day) {
    const { week } = this;
    const open = week.open.filter((span) => dayOf(span.start) === day);
    const today = dayOf(week.now) === day;
    const body = make("div", { class: "lanes" });
    for (const span of open) body.append(this.#place(make("div", { class: "open" }), minutesOf(span.start), minutesOf(span.end)));
    for (let minute = Math.ceil(this.from / 60) * 60; minute < this.to; minute += 60) body.append(this.#place(make("div", { class: "rule" }), minute, minute));
    week.agents.forEach((agent, lane) => body.append(this.#lane(agent, lane, day)));
    if (!open.length) body.append(make("p", { class: "shut" }, page.week.closed));
    if (today) body.append(this.#place(make("div", { class: "now" }), minutesOf(week.now), minutesOf(week.now)));
    const head = make(
      "div",
      { class: "day-head" },
      make("p", {}, make("span", {}, weekday(day)), make("b", {}, dayNumber(day))),
      make("div", { class: "initials", "aria-hidden": "true" }, ...week.agents.map((agent) => make("abbr", { title: agent.name }, initials(agent.name)))),
    );
    return make("section", { class: `day${open.length ? "" : " closed"}${today ? " today" : ""}`, "aria-label": longDay(day) }, head, body);
  }

  #lane(agent, lane, day) {
    const { week } = this;
    const mine = (list) => list.filter((one) => String(one.agent) === String(agent.id) && dayOf(one.start) === day);
    const items = make("ul", { class: "lane" });
    items.style.setProperty("--lane", lane);
    const add = (one, attributes, ...children) => {
      const block = this.#place(make("li", attributes, ...children), minutesOf(one.start), minutesOf(one.end));
      items.append(block);
      return block;
    };
    const where = (one) => ({ agent: agent.name, day: longDay(day), from: hour(one.start), to: hour(one.end) });
    for (const one of mine(week.busy)) add(one, { class: "busy" }, make("span", { class: "unseen" }, fill(words.busy_label, where(one))));
    for (const one of mine(week.holds)) {
      const key = slotKey(one.start, agent.id);
      const offer = one.call_id === this.callId ? this.offers.find((known) => known.key === key) : null;
      const label = make("span", { class: "unseen" }, fill(words.held_label, where(one)));
      add(one, { class: `hold${offer ? " mine" : ""}`, "data-slot": offer ? key : null, title: offer ? null : callWords.hold_other }, label, offer ? make("span", { class: "rank" }, String(offer.rank)) : null);
    }
    for (const one of mine(week.appointments)) {
      const key = slotKey(one.start, agent.id);
      const patient = one.patient_name ?? words.patient;
      const fresh = this.known && !this.known.has(one.id + key);
      const label = fill(words.booked_label, { ...where(one), patient, status: status[one.status] ?? one.status });
      const sizes = [["brief", initials(patient)], ["short", patient.split(" ").at(-1)], ["full", patient]];
      const shown = sizes.map(([size, text]) => make("span", { class: size, "aria-hidden": "true" }, text));
      const button = make("button", { type: "button", "aria-pressed": String(one.id === this.picked), onclick: () => this.onOpen(one.id) }, make("i", { class: "unseen" }, `${label}${odds[one.agreement] ? `. ${odds[one.agreement]}` : ""}`), ...shown);
      add(one, { "data-id": one.id, class: `booked ${one.sync_state} ${one.agreement}${fresh ? " fresh" : ""}${this.recent?.has(one.id) || this.offers.some((offer) => offer.key === key) ? " recent" : ""}`, "data-slot": key }, button);
    }
    const elsewhere = week.appointments.filter((one) => one.elsewhere).map((one) => ({ ...one.elsewhere, of: one }));
    for (const one of mine(elsewhere)) {
      const patient = one.of.patient_name ?? words.patient;
      const label = fill(words.elsewhere_label, { ...where(one), patient });
      add(one, { class: "booked ghost", "data-of": one.of.id }, make("button", { type: "button", "aria-pressed": String(one.of.id === this.picked), onclick: () => this.onOpen(one.of.id), title: label }, make("i", { class: "unseen" }, label), make("span", { class: "brief", "aria-hidden": "true" }, initials(patient)), make("span", { class: "short", "aria-hidden": "true" }, patient.split(" ").at(-1)), make("span", { class: "full", "aria-hidden": "true" }, patient)));
    }
    return items;
  }

  /** Marks the appointment that is shown on both sides. */
  pick(id) {
    this.picked = id;
    for (const block of document.querySelectorAll("#sheet .booked")) {
      const mine = (block.dataset.id ?? block.dataset.of) === String(id);
      block.querySelector("button").setAttribute("aria-pressed", String(mine));
      if (mine && block.dataset.id) block.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  /** What appeared or went since the last look is told in words, and stays marked as recent. */
  #announceNews() {
    const now = new Map(this.week.appointments.map((one) => [one.id + slotKey(one.start, one.agent), one]));
    if (this.known) {
      const added = [...now].filter(([key]) => !this.known.has(key)).map(([, one]) => one);
      const removed = [...this.known].filter(([key]) => !now.has(key)).map(([, one]) => one.id);
      this.recent = new Set([...(this.recent ?? []), ...added.map((one) => one.id)]);
      for (const block of document.querySelectorAll(".booked.fresh")) block.classList.add("recent");
      const one = added[0];
      const text = one
        ? fill(removed.includes(one.id) ? words.moved_now : words.booked_now, { patient: one.patient_name ?? words.patient, day: longDay(dayOf(one.start)), from: hour(one.start), agent: this.agentName(one.agent) })
        : removed.length ? words.freed_now : null;
      if (text) {
        byId("announce").textContent = text;
        byId("news").replaceChildren(make("span", {}, text));
      }
    }
    this.known = now;
  }

  #pointElsewhere() {
    const away = this.offers.filter((offer) => !this.week.days.includes(offer.day));
    const button = byId("elsewhere");
    button.hidden = !away.length;
    if (!away.length) return;
    this.elsewhere = away[0].day;
    const count = away.length === 1 ? words.elsewhere_one : fill(words.elsewhere_many, { n: away.length });
    button.textContent = away[0].day > this.week.days.at(-1) ? `${count} ›` : `‹ ${count}`;
  }

  /** The time left on each hold, in the list of offers and around its number in the week. */
  #tick() {
    for (const offer of document.querySelectorAll(".offer")) {
      const left = this.left(offer.dataset.slot);
      const text = left === null ? "" : countdown(left);
      const cell = offer.querySelector(".left");
      if (cell.textContent !== text) cell.textContent = text;
      cell.title = left === null ? "" : fill(callWords.hold, { time: text });
      const block = document.querySelector(`#sheet .hold[data-slot="${CSS.escape(offer.dataset.slot)}"]`);
      block?.style.setProperty("--left", String(Math.min(1, (left ?? 0) / 180)));
    }
  }
}

function dayRange(from, to) {
  const same = from.slice(0, 7) === to.slice(0, 7);
  return fill(words.range, { from: same ? dayNumber(from) : shortDay(from), to: shortDay(to) });
}

const initials = (name) => name.split(/[\s-]+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();
