// A reminder call that rings: the visitor is the patient, and takes it or not.

import { byId, fill, texts } from "./dom.js";
import { dayOf, hour, longDay, readable } from "./time.js";

const { ringing: words } = texts.page;

export class Ringing {
  /** `answer(toCall, machine)` takes the call; `call` is the page's telephone. */
  constructor(call, answer) {
    this.call = call;
    this.card = byId("ringing");
    this.taken = new Set();
    this.card.addEventListener("click", async ({ target }) => {
      const { outcome } = target.closest("button")?.dataset ?? {};
      if (!outcome || !this.ring) return;
      const { ring } = this;
      this.taken.add(ring.key);
      this.#show();
      if (outcome === "answered" || outcome === "machine") answer(ring, outcome === "machine");
      else await unanswered(ring.reminder_id, outcome);
    });
    call.addEventListener("phase", () => this.#show());
  }

  set time({ ringing }) {
    this.ringing = ringing.map((one) => ({ ...one, key: `${one.reminder_id} ${one.dial_at}` }));
    this.#show();
  }

  #show() {
    const waiting = (this.ringing ?? []).filter((one) => !this.taken.has(one.key));
    const before = this.ring?.key;
    this.ring = this.call.live ? null : waiting[0] ?? null;
    this.card.hidden = !this.ring;
    if (!this.ring || this.ring.key === before) return;
    const { patient, phone, offset, start } = this.ring;
    const when = start ? `${longDay(dayOf(start))} à\u00a0${hour(start)}` : "";
    byId("ringing-who").textContent = fill(words.who, { patient });
    byId("ringing-what").textContent = fill(words.what, { phone: readable(phone), offset: words.offsets[offset] ?? offset, when });
    byId("announce").textContent = byId("ringing-who").textContent;
    if (!document.activeElement?.closest("#sides, #words")) byId("ringing-answer").focus({ preventScroll: true });
    if (getComputedStyle(document.body).overflowY !== "hidden") this.card.scrollIntoView({ block: "center", behavior: "smooth" });
  }
}

function unanswered(id, outcome) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ outcome }) };
  return fetch(`/v1/reminders/${encodeURIComponent(id)}/unanswered`, request).catch(() => null);
}
