// The patch cords: from each offer the desk reads out to the slot it keeps in the week.

import { byId, calm } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const cords = new Map();

/** Draws what should hang between the two panels now; called whenever either of them changes or moves. */
export function drawCords() {
  const layer = byId("cords");
  const wanted = new Set();
  const visible = getComputedStyle(layer).display !== "none";
  for (const offer of visible ? document.querySelectorAll(".offer:not(.passed)") : []) {
    const slot = document.querySelector(`#sheet [data-slot="${CSS.escape(offer.dataset.slot)}"]`);
    const from = socket(offer.querySelector(".jack"), ".understood .scroll");
    const to = slot && socket(slot, ".week .scroll", 1);
    if (!from || !to) continue;
    wanted.add(offer.dataset.slot);
    draw(layer, offer.dataset.slot, from, to, offer.classList.contains("picked"));
  }
  for (const [key, cord] of cords) {
    if (wanted.has(key)) continue;
    cords.delete(key);
    cord.classList.add("gone");
    setTimeout(() => cord.remove(), calm() ? 0 : 420);
  }
}

/** A point on an element (`down`: 0 top, 1 bottom), or null when it is scrolled out of its pane. */
function socket(element, pane, down = 0.5) {
  const box = element.getBoundingClientRect();
  const frame = document.querySelector(pane).getBoundingClientRect();
  const x = box.left + box.width / 2;
  const y = box.top + box.height * down;
  const seen = box.width > 0 && y > frame.top && y < frame.bottom && x > frame.left && x < frame.right + 1;
  return seen ? { x, y } : null;
}

function draw(layer, key, from, to, picked) {
  let cord = cords.get(key);
  if (!cord) {
    cord = document.createElementNS(SVG, "g");
    for (const name of ["shade", "wire", "plug from", "plug to"]) {
      const part = document.createElementNS(SVG, name.startsWith("plug") ? "circle" : "path");
      part.setAttribute("class", name);
      if (!name.startsWith("plug")) part.setAttribute("pathLength", "1");
      cord.append(part);
    }
    layer.append(cord);
    cords.set(key, cord);
  }
  cord.setAttribute("class", picked ? "cord picked" : "cord");
  const reach = to.x - from.x;
  const sag = 26 + Math.min(70, reach * 0.1) + Math.abs(to.y - from.y) * 0.05;
  const path = `M${from.x} ${from.y}C${from.x + reach * 0.3} ${from.y + sag} ${to.x - reach * 0.3} ${to.y + sag} ${to.x} ${to.y}`;
  const [shade, wire, start, end] = cord.children;
  shade.setAttribute("d", path);
  wire.setAttribute("d", path);
  for (const [plug, point, radius] of [[start, from, 4.5], [end, to, 4]]) {
    plug.setAttribute("cx", point.x);
    plug.setAttribute("cy", point.y);
    plug.setAttribute("r", radius);
  }
}
