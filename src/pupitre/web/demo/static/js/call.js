// The voice gateway, played by the page: posts events to /ivr, one at a time, and plays the actions that come back.
// Speaks to the rest of the page through events only: phase, said, heard, transfer, ended, reply.

import { pause } from "./dom.js";

const BAD_LINE = 0.55;
const KEY_PAUSE_MS = 3000;
const TRIES = 3;

export class Call extends EventTarget {
  /** `speak(text, slow)` resolves when the sentence was heard (or at once when the page is silent). */
  constructor(speak) {
    super();
    this.speak = speak;
    this.id = null;
    this.phase = "idle";
    this.options = { silenceCounts: false, badLine: false };
    this.playing = 0;
  }

  async start(caller) {
    const from = caller.phone ? { from_e164: caller.phone, from_raw: caller.raw ?? caller.phone, channel: "pstn" } : { channel: "pstn" };
    this.#begin();
    await this.#turn("call_start", { direction: "inbound", caller: from });
  }

  /** Somebody, or a machine, takes the call that the desk makes for a reminder. */
  async answer({ reminder_id: reminder, phone }, machine) {
    this.#begin();
    if (machine) this.#tell("heard", { how: "machine" });
    const outbound = { direction: "outbound", reminder_id: reminder, caller: { from_e164: phone, channel: "pstn" } };
    await this.#turn(machine ? "machine_detected" : "call_start", outbound);
  }

  #begin() {
    this.id = crypto.randomUUID();
    this.count = 0;
    this.turns = 0;
    this.keyed = "";
    this.listen = null;
    this.startedAt = Date.now();
    this.#enter("ringing");
  }

  /** Typed words carry no confidence, as from a gateway that knows none; on a bad line they are doubtful. */
  say(text, confidence) {
    if (!this.hears || !text.trim()) return;
    this.#tell("heard", { how: "speech", text });
    this.#turn("stt_final", { stt: { text, confidence: this.options.badLine ? BAD_LINE : confidence } });
  }

  silence() {
    if (!this.hears) return;
    this.#tell("heard", { how: "silence" });
    this.#turn("no_speech");
  }

  /** One key; several are gathered as the desk asked, until `finish_on`, `max_digits` or a pause. */
  key(digit) {
    if (!this.hears) return;
    this.interrupt();
    clearTimeout(this.keyTimer);
    clearTimeout(this.silenceTimer);
    this.keyed += digit;
    this.#tell("keyed", { digits: this.keyed });
    const { max_digits: most = 1, finish_on: end } = this.listen?.dtmf ?? {};
    const done = this.keyed.length >= most || digit === end || this.keyed === "*";
    if (done) this.#sendKeys();
    else this.keyTimer = setTimeout(() => this.#sendKeys(), KEY_PAUSE_MS);
  }

  transferResult(status) {
    if (this.phase !== "transferring") return;
    this.#tell("transferEnded", { status });
    this.#turn("transfer_result", { transfer: { status } });
  }

  async hangUp() {
    if (!this.live) return;
    this.interrupt();
    this.#end();
    await this.#post("hangup").catch(() => null);
    this.#tell("reply", {});
  }

  /** The page goes away: the desk is told, and frees what it held, though nobody waits for its answer. */
  leave() {
    if (this.live) fetch("/ivr", { ...this.#request("hangup"), keepalive: true }).catch(() => null);
  }

  /** The caller speaks over the desk (barge-in). */
  interrupt() {
    this.speak.stop?.();
  }

  get live() {
    return !["idle", "ended"].includes(this.phase);
  }

  /** Whether the desk would hear the caller now. */
  get hears() {
    return this.phase === "listening" || (this.phase === "speaking" && this.bargeIn);
  }

  #sendKeys() {
    const digits = this.keyed;
    this.keyed = "";
    if (!this.hears) return;
    this.#tell("heard", { how: "keys", text: digits });
    this.#tell("keyed", { digits: "" });
    this.#turn("dtmf", { dtmf: { digits } });
  }

  async #turn(event, fields = {}) {
    clearTimeout(this.silenceTimer);
    clearTimeout(this.keyTimer);
    this.interrupt();
    const mine = ++this.playing;
    if (event !== "call_start") this.#enter("waiting");
    if (event !== "continue") this.turns += 1;
    let reply;
    try {
      reply = await this.#post(event, fields);
    } catch (failure) {
      if (mine !== this.playing) return;
      this.#tell("failed", { status: failure.message });
      this.#end();
      return;
    }
    if (mine !== this.playing) return;
    this.#tell("reply", { state: reply.state?.name });
    await this.#play(reply.actions ?? [], mine);
  }

  /** The same event id is sent again when the line to the desk breaks: the desk answers the same and changes nothing. */
  async #post(event, fields = {}) {
    const request = this.#request(event, fields);
    for (let tried = 1; ; tried += 1) {
      try {
        const answer = await fetch("/ivr", request);
        const reply = await answer.json();
        if (!Array.isArray(reply.actions)) throw new Error(String(answer.status));
        return reply;
      } catch (failure) {
        if (tried >= TRIES) throw failure;
        await pause(400 * tried);
      }
    }
  }

  #request(event, fields = {}) {
    this.count += 1;
    const body = JSON.stringify({ call_id: this.id, event, event_id: `e${this.count}`, ...fields });
    return { method: "POST", headers: { "content-type": "application/json" }, body };
  }

  async #play(actions, mine) {
    const last = actions.at(-1);
    this.listen = last?.type === "listen" ? last : null;
    for (const action of actions) {
      if (mine !== this.playing) return;
      if (action.type === "say") {
        this.bargeIn = this.listen !== null && this.listen.barge_in !== false && action.barge_in !== false;
        this.#enter("speaking");
        this.#tell("said", { text: action.text, slow: action.rate === "slow" });
        await this.speak(action.text, action.rate === "slow");
      } else if (action.type === "listen") {
        this.#enter("listening");
        this.#waitForSpeech(action.timeout_ms);
      } else if (action.type === "continue") {
        this.#enter("waiting");
        await pause(action.after_ms);
        if (mine === this.playing) await this.#turn("continue");
      } else if (action.type === "transfer") {
        this.#enter("transferring");
        this.#tell("transfer", action);
      } else if (action.type === "hangup") {
        this.#end();
      }
    }
  }

  #waitForSpeech(ms) {
    clearTimeout(this.silenceTimer);
    if (!this.options.silenceCounts) return;
    this.#tell("patience", { ms });
    this.silenceTimer = setTimeout(() => this.silence(), ms);
  }

  /** The visitor is typing or speaking: that is not silence. */
  holdSilence() {
    clearTimeout(this.silenceTimer);
    this.#tell("patience", { ms: 0 });
  }

  #end() {
    this.playing += 1;
    clearTimeout(this.silenceTimer);
    clearTimeout(this.keyTimer);
    this.#enter("ended");
    this.#tell("ended", { seconds: (Date.now() - this.startedAt) / 1000, turns: this.turns });
  }

  #enter(phase) {
    this.phase = phase;
    this.#tell("phase", { phase });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
