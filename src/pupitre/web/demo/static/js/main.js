// Joins the parts of the page: the call drives the phone; each reply and each change on the desk redraws the rest.

import { Call } from "./call.js";
import { drawCords } from "./cords.js";
import { byId } from "./dom.js";
import { Pace } from "./pace.js";
import { setUpPhone } from "./phone.js";
import { Ringing } from "./ringing.js";
import { Sides } from "./sides.js";
import { showUnderstood } from "./understood.js";
import { makeSpeaker } from "./voice.js";
import { WeekSheet } from "./week.js";

const read = async (address, otherwise) => {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.json() : otherwise;
};

const redrawCords = () => requestAnimationFrame(drawCords);
const sides = new Sides((id) => {
  week.pick(id);
  redrawCords();
});
const week = new WeekSheet(redrawCords, (id) => sides.show(id));
const speak = makeSpeaker();
const call = new Call(speak);

/** What the desk knows of this call; only the newest answer is shown. */
let asked = 0;
async function refreshCall() {
  if (!call.id) return;
  const mine = ++asked;
  const id = encodeURIComponent(call.id);
  const [context, turns] = await Promise.all([read(`/v1/calls/${id}`, {}), read(`/demo/turns/${id}`, [])]);
  if (mine !== asked) return;
  showUnderstood(context, turns, (agent) => week.agentName(agent));
  const picked = context.picked_slot?.rank;
  week.showOffers(call.id, (context.slots ?? []).filter((slot) => picked === undefined || slot.rank === picked));
  redrawCords();
}

const pace = new Pace((time) => (ringing.time = time));
const refresh = () => Promise.all([refreshCall(), week.refresh(), pace.refresh(), sides.refresh()]);

function listenForChanges() {
  const source = new EventSource("/demo/live");
  const lamp = byId("live");
  let due = null;
  const set = (up) => {
    lamp.classList.toggle("down", !up);
    lamp.querySelector(".word").textContent = up ? lamp.dataset.live : lamp.dataset.offline;
  };
  source.onopen = () => {
    set(true);
    refresh();
  };
  source.onerror = () => set(false);
  source.onmessage = () => {
    due ??= setTimeout(() => {
      due = null;
      refresh();
    }, 60);
  };
  addEventListener("pagehide", () => {
    source.close();
    call.leave();
  });
}

function setUpTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    localStorage.setItem("pupitre.theme", root.dataset.theme);
  });
}

setUpTheme();
showUnderstood({}, [], () => "");
const ringing = new Ringing(call, setUpPhone(call, speak, await read("/demo/callers", [])));
call.addEventListener("reply", refresh);
call.addEventListener("phase", ({ detail: { phase } }) => {
  pace.held = call.live;
  if (phase === "ringing") sides.close();
});
byId("to-both").addEventListener("click", (event) => sides.show(Number(event.currentTarget.dataset.id)));
await Promise.all([week.refresh(), pace.refresh()]);
listenForChanges();
for (const pane of document.querySelectorAll(".scroll")) pane.addEventListener("scroll", redrawCords, { passive: true });
addEventListener("resize", redrawCords);
addEventListener("animationend", redrawCords);
addEventListener("scroll", redrawCords, { passive: true });
document.documentElement.dataset.ready = "";
