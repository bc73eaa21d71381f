// One appointment on both sides: shown as the desk renders it, redrawn as it changes; the visitor plays the agent here.

import { byId, calm, flash, texts } from "./dom.js";

const words = texts.page.sides;

export class Sides {
  /** `onPick(id)` is told which appointment is shown, null for none. */
  constructor(onPick) {
    this.onPick = onPick;
    this.id = null;
    this.drawer = byId("sides");
    this.told = byId("sides-told");
    this.part = byId("sides-part");
    byId("sides-close").addEventListener("click", () => this.close());
    this.drawer.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.drawer.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    this.told.addEventListener("change", (event) => {
      if (event.target.name === "two_way") this.#post("/demo/sync", { two_way: event.target.checked });
    });
  }

  async show(id) {
    this.opener = document.activeElement;
    this.id = id;
    this.told.replaceChildren();
    this.part.replaceChildren();
    this.#open(true);
    byId("sides-notice").textContent = "";
    this.onPick(id);
    await this.refresh();
    byId("sides-title")?.focus({ preventScroll: true });
    if (getComputedStyle(document.body).overflowY !== "hidden") this.drawer.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  /** It stands where the page else shows what was understood. */
  #open(on) {
    this.drawer.hidden = !on;
    byId("understood").hidden = on;
    document.querySelector(".board").classList.toggle("compares", on);
  }

  close() {
    if (this.id === null) return;
    this.id = null;
    this.#open(false);
    this.onPick(null);
    if (this.opener?.isConnected) this.opener.focus();
  }

  /** Only what the desk tells is redrawn: what the visitor is choosing stays as he left it. */
  async refresh() {
    const { id } = this;
    if (id === null) return;
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const answer = await fetch(`/demo/sides/${id}`).catch(() => null);
    if (!answer || asked !== this.asked) return;
    if (answer.status === 404) return void this.close();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (asked !== this.asked) return;
    this.#swap(this.told, fresh.querySelector("[data-live]"), (one) => one.innerHTML);
    this.#swap(this.part, fresh.querySelector("[data-play]"), (one) => one.dataset.play);
  }

  #swap(place, after, key) {
    const before = place.firstElementChild;
    if (before && after && key(before) === key(after)) return;
    const focused = before?.contains(document.activeElement) ? document.activeElement.name : null;
    const verdict = before?.querySelector(".verdict")?.textContent;
    place.replaceChildren(...(after ? [after] : []));
    const told = after?.querySelector(".verdict");
    if (verdict && told && told.textContent !== verdict) {
      flash(told);
      byId("announce").textContent = told.textContent.trim();
    }
    if (focused !== null) (place.querySelector(`[name="${focused || "none"}"]`) ?? byId("sides-title"))?.focus({ preventScroll: true });
  }

  #press(button) {
    const { keep, what } = button?.dataset ?? {};
    if (keep) this.#post("/demo/keep", { id: this.id, side: keep });
    if (!what) return;
    const { where, day, time } = button.form.elements;
    const start = what === "move" ? `${day.value}T${time.value}:00` : null;
    this.#post("/demo/agent", { id: this.id, where: where.value, what, start });
  }

  async #post(address, body) {
    const notice = byId("sides-notice");
    notice.textContent = "";
    this.drawer.setAttribute("aria-busy", "true");
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(address, request).catch(() => null);
    this.drawer.removeAttribute("aria-busy");
    if (!answer?.ok) notice.textContent = words.failed;
    else this.told.scrollTo({ top: 0, behavior: calm() ? "auto" : "smooth" });
    await this.refresh();
  }
}
