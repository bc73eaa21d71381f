// Small pieces every part of the page uses: making elements, and the page's words.

/** The words of `fr.toml`, as the page carries them. */
export const texts = JSON.parse(document.getElementById("texts").textContent);

export const byId = (id) => document.getElementById(id);

/** An element: `make("p", {class: "x", "aria-label": "y"}, "text", child)`. Text is never parsed as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Puts values in the place of `{names}`. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** French sets a space before ? ! : ; that no line may break at. */
export const bound = (text) => text.replace(/ (?=[?!:;»])/g, "\u00a0");

/** Replaces what an element says, and lights it for a moment when that is news. */
export function show(element, ...children) {
  const before = element.textContent;
  element.replaceChildren(...children);
  if (before !== element.textContent && element.textContent) flash(element);
}

export function flash(element) {
  element.classList.remove("news");
  void element.offsetWidth;
  element.classList.add("news");
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
