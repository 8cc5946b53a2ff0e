// Times, places and confidences in words.

import { make, percent } from "./dom.js";

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const TODAY = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
let names = null;
try {
  names = new Intl.DisplayNames(undefined, { type: "region" });
} catch {
  names = null;
}

/** Show a time of the API where the reader is; the title has the date, too. */
export function shownTime(iso) {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return make("time", { datetime: iso, title: FULL.format(time) }, (isToday ? TODAY : FULL).format(time));
}

/** Give "United Kingdom" of "gb", and "California, United States" of "us-ca" as far as it is known. */
export function regionName(code, name = "") {
  if (!code) return "";
  const [country, part] = code.split("-");
  let land = country.toUpperCase();
  try {
    land = names?.of(country.toUpperCase()) ?? land;
  } catch { /* a code that ISO 3166 does not have, such as zz */ }
  if (!part) return name || land;
  return `${name || part.toUpperCase()}, ${land}`;
}

/** Show a confidence as a bar with its number. */
export function sureness(share) {
  return make("span", { class: "sure" },
    make("meter", { min: 0, max: 1, low: 0.5, high: 0.9, optimum: 1, value: share, "aria-label": "Confidence" }),
    percent(share));
}

/** Give "3 plates" or "1 plate". */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** Give what people may do here. */
const scopes = new Set((document.querySelector('meta[name="scopes"]')?.content ?? "").split(" "));
export const may = (scope) => scopes.has(scope) || scopes.has("admin");
