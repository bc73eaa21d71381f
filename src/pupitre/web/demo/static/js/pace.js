// The demo's time in the head of the page: it passes like the visitor's, and he may let it pass at once.

import { byId, fill, make, texts } from "./dom.js";
import { addSeconds, dayOf, hour, shortDayName } from "./time.js";

const { time: words } = texts.page;
const { reminder_offsets: offsets } = texts;

export class Pace {
  /** `onTime(time)` is given what the desk says of its time: now, ringing, ahead. */
  constructor(onTime) {
    this.onTime = onTime;
    this.menu = byId("time-menu");
    this.button = byId("time");
    this.menu.addEventListener("toggle", (event) => event.newState === "open" && this.#place());
    this.menu.addEventListener("click", ({ target }) => {
      const { advance, until } = target.closest("button")?.dataset ?? {};
      if (advance || until) this.#walk(advance ? { advance } : { until });
    });
    setInterval(() => this.#tick(), 1000);
  }

  async refresh() {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const answer = await fetch("/demo/time").catch(() => null);
    if (answer?.ok && asked === this.asked) this.#show(await answer.json());
  }

  /** Time does not leap under a call. */
  set held(on) {
    for (const button of this.menu.querySelectorAll("button")) button.disabled = on || this.walking;
    byId("time-held").hidden = !on;
    this.onCall = on;
  }

  async #walk(how) {
    this.walking = true;
    this.held = this.onCall;
    this.button.classList.add("walking");
    byId("time-word").textContent = words.walking;
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(how) };
    const answer = await fetch("/demo/time", request).catch(() => null);
    this.walking = false;
    this.button.classList.remove("walking");
    if (answer?.ok) {
      this.asked = (this.asked ?? 0) + 1;
      this.menu.hidePopover();
      this.#show(await answer.json());
      byId("announce").textContent = fill(words.arrived, { when: byId("time-word").textContent });
    } else await this.refresh();
    this.held = this.onCall;
  }

  #show(time) {
    this.time = time;
    this.readAt = Date.now();
    this.#tick();
    byId("ahead").replaceChildren(
      ...time.ahead.map((one) =>
        make(
          "li",
          {},
          make(
            "button",
            { type: "button", class: "leap", "data-until": one.dial_at, disabled: Boolean(this.onCall || this.walking) },
            make("b", {}, `${shortDayName(dayOf(one.dial_at))}, ${hour(one.dial_at)}`),
            make("span", {}, `${one.patient}, ${offsets[one.offset] ?? one.offset}`),
          ),
        ),
      ),
    );
    byId("no-ahead").hidden = time.ahead.length > 0;
    this.onTime(time);
  }

  #tick() {
    if (!this.time || this.walking) return;
    const now = addSeconds(this.time.now, (Date.now() - this.readAt) / 1000);
    const text = `${shortDayName(dayOf(now))}, ${hour(now)}`;
    const word = byId("time-word");
    if (word.textContent !== text) word.textContent = text;
  }

  #place() {
    const at = this.button.getBoundingClientRect();
    const box = this.menu.getBoundingClientRect();
    this.menu.style.top = `${at.bottom + 6}px`;
    this.menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
  }
}
