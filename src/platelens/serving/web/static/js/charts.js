// Bars, drawn as SVG, each with its numbers in a table beside it.

import { draw, make } from "./dom.js";

const HIGH = 220;
const LEFT = 44;
const BOTTOM = 24;

/**
 * Draw bars that stand. `items` are { label, value, title }; `name` says what is counted. Gives
 * the drawing, `long` pixels wide, and a table of the numbers that opens below it.
 */
export function standingBars(items, { name, head, long, series = 1 }) {
  const most = niceTop(Math.max(...items.map((item) => item.value), 1));
  const wide = (long - LEFT) / items.length;
  const y = (value) => HIGH - BOTTOM - (value / most) * (HIGH - BOTTOM - 12);
  const every = Math.ceil(items.length / Math.max(2, Math.floor(long / 90)));
  const lines = [0, 0.5, 1].map((share) => draw("g", {},
    draw("line", { class: share ? "grid-line" : "axis", x1: LEFT, x2: long, y1: y(share * most), y2: y(share * most) }),
    draw("text", { x: LEFT - 6, y: y(share * most) + 4, "text-anchor": "end" }, (share * most).toLocaleString())));
  const bars = items.map((item, i) => draw("g", {},
    draw("rect", { class: `bar-${series}`, x: LEFT + i * wide + Math.min(1.5, wide * 0.1), width: Math.max(wide - Math.min(3, wide * 0.2), 0.5), y: y(item.value), height: HIGH - BOTTOM - y(item.value), rx: Math.min(2, wide / 6) },
      draw("title", {}, `${item.title ?? item.label}: ${item.value.toLocaleString()}`)),
    i % every === 0 && draw("text", { x: LEFT + (i + 0.5) * wide, y: HIGH - 6, "text-anchor": "middle" }, item.label)));
  const drawing = draw("svg", { class: "chart", viewBox: `0 0 ${long} ${HIGH}`, width: long, height: HIGH, role: "img", "aria-label": `${name}; the numbers are in the table` }, lines, bars);
  return [drawing, table(items, head)];
}

/** Draw bars that lie, one for each of few things; the numbers stand beside them in a table. */
export function lyingBars(items, { head, series = 1 }) {
  if (!items.length) return [make("p", { class: "faint" }, "none")];
  const most = Math.max(...items.map((item) => item.value), 1);
  const rows = items.map((item) => make("tr", {},
    make("th", { scope: "row" }, item.node ?? item.label),
    make("td", { class: "bar-cell", "aria-hidden": "true" }, draw("svg", { class: "chart", viewBox: "0 0 100 10", preserveAspectRatio: "none", height: 12 }, draw("rect", { class: `bar-${series}`, x: 0, y: 0, width: (100 * item.value) / most, height: 10 }))),
    make("td", { class: "number" }, item.value.toLocaleString())));
  return [make("table", { class: "bars" }, make("caption", { class: "unseen" }, head.join(", ")), make("tbody", {}, rows))];
}

function table(items, head) {
  const rows = items.filter((item) => item.value > 0).map((item) => make("tr", {}, make("td", {}, item.title ?? item.label), make("td", { class: "number" }, item.value.toLocaleString())));
  return make("details", {}, make("summary", {}, "As a table"),
    make("div", { class: "wide table-box", tabindex: 0, role: "region", "aria-label": head.join(", ") }, make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, head[0]), make("th", { scope: "col", class: "number" }, head[1]))),
      make("tbody", {}, rows))));
}

/** Give the next number that halves well: 2, 4, 12, 16, 20, 40 and so on. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value && step % 2 === 0) ?? 2;
}
