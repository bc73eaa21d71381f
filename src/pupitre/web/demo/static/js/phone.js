// The left side: who calls, the conversation, typing, speaking, keys.

import { bound, byId, fill, make, pause, texts } from "./dom.js";
import { countdown, readable } from "./time.js";
import { canHear, listenOnce } from "./voice.js";

const { call: words, you, examples } = texts;

export function setUpPhone(call, speak, callers) {
  const panel = document.querySelector(".phone");
  const transcript = byId("transcript");
  const people = [
    ...callers,
    { name: you.unknown_name, phone: "+33639989999", raw: "06 39 98 99 99", note: you.unknown_note },
    { name: you.anonymous_name, phone: null, note: you.anonymous_note },
  ];

  setUpCallers(people, (caller) => begin(caller));
  setUpWords(call);
  setUpKeys(call);
  setUpVoice(speak);
  setUpClock(call);
  new ResizeObserver(() => (transcript.scrollTop = byId("welcome").hidden ? transcript.scrollHeight : 0)).observe(transcript);

  const clear = () => {
    for (const child of [...transcript.children]) if (child.id !== "welcome") child.remove();
    byId("welcome").hidden = true;
  };
  const label = (which) => (byId("caller-label").textContent = byId("caller-label").dataset[which]);
  const begin = (caller) => {
    clear();
    label("calls");
    call.start(caller);
  };
  byId("call").addEventListener("click", () => (call.live ? call.hangUp() : begin(people[byId("caller").selectedIndex])));
  byId("silence").addEventListener("click", () => call.silence());
  byId("silence-counts").addEventListener("change", (event) => (call.options.silenceCounts = event.target.checked));
  byId("bad-line").addEventListener("change", (event) => (call.options.badLine = event.target.checked));

  call.addEventListener("phase", ({ detail: { phase } }) => {
    panel.dataset.phase = phase;
    byId("phase").textContent = words[phase] ?? words.transferring;
    const label = byId("call").querySelector("span");
    label.textContent = byId("call").dataset[call.live ? "hangUp" : phase === "ended" ? "again" : "call"];
    byId("caller").disabled = call.live;
    for (const control of [byId("words"), byId("send"), byId("silence"), ...document.querySelectorAll("#keys button")])
      control.disabled = !call.hears;
    byId("microphone").disabled = !call.hears || !canHear;
    if (phase === "listening") focusWords();
    bubbleWaiting(transcript, phase === "waiting" || phase === "ringing");
  });
  call.addEventListener("said", ({ detail }) => {
    bubbleWaiting(transcript, false);
    const slow = detail.slow ? make("small", {}, words.slow) : null;
    append(transcript, make("p", { class: "bubble desk" }, make("span", { class: "unseen" }, `${you.desk} : `), bound(detail.text), slow));
  });
  call.addEventListener("heard", ({ detail: { how, text } }) => {
    const content = how === "silence" || how === "machine" ? make("em", {}, you[how]) : how === "keys" ? make("kbd", { "aria-label": `${you.keys} ${text}` }, text) : text;
    append(transcript, make("p", { class: `bubble caller ${how}` }, make("span", { class: "unseen" }, `${you.caller} : `), content));
    byId("notice").textContent = "";
  });
  call.addEventListener("transfer", ({ detail }) => append(transcript, transferCard(call, detail)));
  call.addEventListener("transferEnded", ({ detail: { status } }) => {
    const open = [...transcript.querySelectorAll(".transfer:not(.over)")].at(-1);
    if (open) closeTransfer(open, status);
  });
  call.addEventListener("ended", ({ detail: { seconds, turns } }) => {
    bubbleWaiting(transcript, false);
    const exchanges = turns === 1 ? words.turns_one : fill(words.turns_many, { n: turns });
    const detail = fill(words.ended_detail, { duration: countdown(seconds), turns: exchanges });
    append(transcript, make("p", { class: "ending" }, make("b", {}, words.ended), ` ${detail}`));
    showExamples(call, []);
  });
  call.addEventListener("failed", ({ detail: { status } }) =>
    append(transcript, make("p", { class: "failure", role: "alert" }, fill(words.failed, { status }))));
  call.addEventListener("reply", ({ detail: { state } }) => showExamples(call, examples[state] ?? []));
  call.addEventListener("patience", ({ detail: { ms } }) => showPatience(ms));

  /** The visitor, as the patient, takes the desk's call. */
  return (ring, machine) => {
    clear();
    label("called");
    const known = people.findIndex((person) => person.phone === ring.phone);
    if (known >= 0) byId("caller").selectedIndex = known;
    call.answer(ring, machine);
  };
}

function append(transcript, element) {
  transcript.append(element);
  transcript.scrollTop = transcript.scrollHeight;
}

/** The moving dots while the desk thinks, always last. */
function bubbleWaiting(transcript, on) {
  transcript.querySelector(".thinking")?.remove();
  if (on) append(transcript, make("p", { class: "bubble desk thinking", "aria-hidden": "true" }, make("i"), make("i"), make("i")));
}

function focusWords() {
  if (matchMedia("(hover: hover)").matches && !document.activeElement.closest("#keys")) byId("words").focus({ preventScroll: true });
}

function setUpCallers(people, begin) {
  byId("caller").replaceChildren(...people.map((person) => make("option", {}, person.phone ? `${person.name} · ${numberOf(person)}` : person.name)));
  byId("people").replaceChildren(
    ...people.map((person, index) =>
      make(
        "button",
        {
          type: "button",
          onclick: () => {
            byId("caller").selectedIndex = index;
            begin(person);
          },
        },
        make("b", {}, person.name),
        make("span", {}, person.note || numberOf(person)),
      ),
    ),
  );
}

const numberOf = (person) => person.raw ?? readable(person.phone);

function showExamples(call, phrases) {
  byId("examples").replaceChildren(
    ...phrases.map((phrase) => make("button", { type: "button", onclick: () => call.say(phrase) }, phrase)),
  );
}

function setUpWords(call) {
  const input = byId("words");
  byId("speak").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!call.hears || !input.value.trim()) return;
    call.say(input.value.trim());
    input.value = "";
  });
  input.addEventListener("input", () => call.holdSilence());
  const microphone = byId("microphone");
  if (!canHear) microphone.title = words.no_microphone;
  let abort = null;
  microphone.addEventListener("click", () => {
    if (abort) return abort();
    call.interrupt();
    call.holdSilence();
    microphone.setAttribute("aria-pressed", "true");
    byId("notice").textContent = words.listening_now;
    abort = listenOnce({
      interim: (text) => (input.value = text),
      final: (text, confidence) => {
        input.value = "";
        call.say(text, confidence);
      },
      over: (problem) => {
        abort = null;
        microphone.setAttribute("aria-pressed", "false");
        byId("notice").textContent = problem ? words[`microphone_${problem}`] : "";
      },
    });
    return undefined;
  });
}

function setUpKeys(call) {
  const toggle = byId("keys-toggle");
  const keys = byId("keys");
  toggle.addEventListener("click", () => {
    keys.hidden = !keys.hidden;
    toggle.setAttribute("aria-expanded", String(!keys.hidden));
    toggle.querySelector("span").textContent = keys.hidden ? toggle.dataset.show : toggle.dataset.hide;
    byId("mouth").classList.toggle("keying", !keys.hidden);
  });
  keys.addEventListener("click", (event) => {
    const key = event.target.dataset.key;
    if (key) call.key(key);
  });
  keys.addEventListener("keydown", (event) => {
    if (/^[0-9*#]$/.test(event.key)) call.key(event.key);
  });
  call.addEventListener("keyed", ({ detail: { digits } }) => (byId("keyed").textContent = digits));
}

function setUpVoice(speak) {
  const button = byId("voice");
  const set = (on) => {
    speak.on = on;
    if (!on) speak.stop();
    button.setAttribute("aria-pressed", String(on));
  };
  speak.whenKnown(() => {
    button.disabled = !speak.available();
    const chosen = localStorage.getItem("pupitre.voice");
    set(speak.available() && (chosen === null ? speak.local() : chosen === "on"));
  });
  button.addEventListener("click", () => {
    set(!speak.on);
    localStorage.setItem("pupitre.voice", speak.on ? "on" : "off");
  });
}

function setUpClock(call) {
  setInterval(() => {
    if (call.live) byId("duration").textContent = countdown((Date.now() - call.startedAt) / 1000).padStart(5, "0");
  }, 250);
}

function showPatience(ms) {
  const bar = byId("patience");
  bar.hidden = !ms;
  const run = bar.firstElementChild;
  for (const animation of run.getAnimations()) animation.cancel();
  if (ms) run.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: ms, fill: "forwards" });
}

function transferCard(call, { target, brief, priority, caller_id: callerId }) {
  const urgent = priority === "emergency";
  const rows = [
    [words.transfer_target, make("code", {}, target)],
    brief ? [words.transfer_brief, bound(brief)] : null,
    callerId ? [words.transfer_caller, readable(callerId)] : null,
  ].filter(Boolean);
  const answer = (status, label, kind) =>
    make("button", { type: "button", class: kind, onclick: () => call.transferResult(status) }, label);
  return make(
    "section",
    { class: `transfer${urgent ? " urgent" : ""}`, "aria-label": words.transfer_title },
    make("h3", {}, make("span", { class: "lamp" }), urgent ? `${words.emergency} · ${words.transfer_title}` : words.transfer_title),
    make("dl", {}, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)])),
    make("div", { class: "choices" }, answer("answered", words.answered, "primary"), answer("no_answer", words.no_answer, "plain")),
  );
}

async function closeTransfer(card, status) {
  card.classList.add("over");
  await pause(0);
  card.querySelector(".choices").replaceWith(make("p", { class: "outcome" }, status === "answered" ? words.answered_done : words.no_answer_done));
}
