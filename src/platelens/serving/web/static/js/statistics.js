// How many came, when, where and from where.

import { byId, make } from "./dom.js";
import { ask } from "./http.js";
import { lyingBars, standingBars } from "./charts.js";
import { regionName } from "./words.js";

const HOUR = 3_600_000;
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const WHOLE_DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
let run = 0;
let shown = null; // what is drawn, to draw it anew in another width

async function load() {
  const mine = ++run;
  const days = Number(byId("days").value);
  const by = days <= 2 ? "hour" : "day";
  const until = new Date();
  const since = begin(until, days, by);
  const asked = new URLSearchParams({ by, since: since.toISOString(), until: until.toISOString(), offset_minutes: -until.getTimezoneOffset() });
  if (byId("s-camera").value) asked.set("camera", byId("s-camera").value);
  let counts;
  try {
    counts = await ask(`/api/v1/statistics?${asked}`);
  } catch (error) {
    byId("fault").textContent = error.message;
    byId("fault").hidden = false;
    return;
  }
  if (mine !== run) return;
  shown = [counts, since, until, by];
  show(...shown);
}

/** Give where the first hour or day begins, by the reader's clock. */
function begin(until, days, by) {
  const time = new Date(until);
  if (by === "hour") {
    time.setMinutes(0, 0, 0);
    return new Date(time - 23 * HOUR);
  }
  time.setHours(0, 0, 0, 0);
  time.setDate(time.getDate() - days + 1);
  return time;
}

/** Give all hours or days, those too in which nothing came. */
function spans(counts, since, until, by) {
  const reads = new Map(counts.spans.map((span) => [keyOf(new Date(span.time), by), span.reads]));
  const items = [];
  for (const time = new Date(since); time < until; by === "hour" ? time.setTime(time.getTime() + HOUR) : time.setDate(time.getDate() + 1)) {
    const [label, title] = by === "hour" ? [CLOCK, WHOLE] : [DAY, WHOLE_DAY];
    items.push({ label: label.format(time), title: title.format(time), value: reads.get(keyOf(time, by)) ?? 0 });
  }
  return items;
}

const keyOf = (time, by) => (by === "hour" ? Math.floor(time.getTime() / HOUR) : time.toDateString());

function show(counts, since, until, by) {
  byId("fault").hidden = true;
  byId("nothing").hidden = counts.reads > 0;
  byId("statistics").hidden = counts.reads === 0;
  if (!counts.reads) return;
  const numbers = [[counts.reads, "reads"], [counts.plates, "different plates"], [counts.reviewed, "reviewed"]];
  byId("numbers").replaceChildren(...numbers.map(([value, words]) => make("div", {}, make("dt", {}, words), make("dd", {}, value.toLocaleString()))));
  byId("by-time").replaceChildren(...standingBars(spans(counts, since, until, by), { name: "Reads over time", long: byId("by-time").clientWidth, head: [by === "hour" ? "Hour" : "Day", "Reads"] }));
  const steps = counts.confidences.map((value, i) => ({ label: `${i * 10} %`, title: `${i * 10} to ${i * 10 + 10} %`, value }));
  byId("by-confidence").replaceChildren(...standingBars(steps, { name: "Reads by confidence in percent", long: byId("by-confidence").clientWidth, head: ["Confidence", "Reads"], series: 3 }));
  const named = (items, label) => items.slice(0, 10).map(({ name, reads }) => ({ label: label(name), value: reads }));
  byId("by-country").replaceChildren(...lyingBars(named(counts.countries, (code) => (code ? regionName(code) : "not known")), { head: ["Country", "Reads"], series: 2 }));
  byId("by-camera").replaceChildren(...lyingBars(named(counts.cameras, (name) => name || "no camera"), { head: ["Camera", "Reads"], series: 4 }));
  const plates = counts.texts.slice(0, 10).map(({ name, reads }) => ({ label: name, value: reads, node: make("a", { class: "plate", href: `/reads?plate=${encodeURIComponent(name)}` }, name || "unreadable") }));
  byId("by-plate").replaceChildren(...lyingBars(plates.filter((plate) => plate.label), { head: ["Plate", "Reads"] }));
}

let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width || !shown) return;
  width = innerWidth;
  show(...shown);
});
for (const id of ["days", "s-camera"]) byId(id).addEventListener("change", load);
load();
