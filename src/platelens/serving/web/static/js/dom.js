// Elements made in code, and words for everybody: also for those who listen to the page.

const STATIC = new URL("..", import.meta.url);
const SVG = "http://www.w3.org/2000/svg";

/** Give the element of an id; an error that names it when the page has none. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Make an element. Of `attributes`, on* are listeners, booleans are set or left out. */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an element of a drawing. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Make an icon of icons.svg. */
export function icon(name, cls = "") {
  const use = draw("use", { href: new URL(`icons.svg#${name}`, STATIC) });
  return draw("svg", { class: `icon ${cls}`.trim(), "aria-hidden": "true" }, use);
}

/** Show, and say, a short message. `kind` is "good", "bad" or "". */
export function toast(words, kind = "") {
  const name = kind === "bad" ? "warn" : kind === "good" ? "check" : "info";
  const shown = make("div", { class: `notice ${kind}` }, icon(name), make("span", {}, words));
  const place = document.querySelector(".toasts");
  place.append(shown);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => shown.remove(), kind === "bad" ? 8000 : 4000);
}

/** Let the buttons marked data-close, a click beside it and Esc close every dialog. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => dialog.close());
    }
  }
}

/** Give "97 %" of 0.974. */
export function percent(share) {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}

/** Give a plate as it is shown. */
export function plateText(text, cls = "") {
  return text
    ? make("span", { class: `plate ${cls}`.trim() }, text)
    : make("span", { class: `plate none ${cls}`.trim() }, "unreadable");
}
