// The queue of uncertain reads: one at a time, by keyboard.

import { byId, make, percent, toast } from "./dom.js";
import { ask } from "./http.js";
import { normalise } from "./label/shapes.js";
import { shownPicture } from "./shown.js";
import { count, regionName, shownTime } from "./words.js";

const AHEAD = 20;
let queue = [];
let cursor = null;
let now = null;
let said = 0;
const done = []; // what can be taken back
let isBusy = false;
let isStale = true; // another queue was chosen

/** Do one thing at a time: a key that is pressed twice must not answer for a read unseen. */
async function alone(act) {
  if (isBusy) return;
  isBusy = true;
  try {
    await act();
    while (isStale) {
      isStale = false;
      [queue, cursor, now] = [[], null, null];
      await next({ isNew: true });
    }
  } finally {
    isBusy = false;
  }
}

async function fill({ isNew }) {
  if (!isNew && cursor === null) return;
  const asked = new URLSearchParams({ review: "none", limit: AHEAD, confidence_to: byId("below").value });
  if (byId("queue-camera").value) asked.set("camera", byId("queue-camera").value);
  if (cursor) asked.set("cursor", cursor);
  const page = await ask(`/api/v1/reads?${asked}`);
  queue.push(...page.reads);
  cursor = page.next_cursor;
}

async function next({ isNew = false } = {}) {
  try {
    if (!queue.length) await fill({ isNew });
    now = queue.shift() ?? null;
  } catch (error) {
    byId("queue-state").textContent = error.message;
    return;
  }
  show();
}

function show() {
  byId("case").hidden = now === null;
  byId("queue-empty").hidden = now !== null;
  const waiting = now ? `${count(queue.length + 1, "read")}${cursor ? " or more" : ""} to review` : "";
  byId("queue-state").textContent = [waiting, said ? `${said} done` : ""].filter(Boolean).join(" · ");
  byId("case-undo").disabled = !done.length;
  if (!now) return;
  byId("case-text").value = now.text;
  const picture = now.crop ?? now.image;
  byId("case-crop").replaceChildren(picture ? make("img", { src: picture, alt: "The plate to review" }) : make("p", { class: "empty" }, "Its picture was not kept."));
  byId("case-picture").replaceChildren(now.image ? shownPicture(now.image, [now], "The whole picture") : "Its picture was not kept.");
  byId("case-hint").textContent = `The models are ${percent(now.confidence)} sure of ${now.text || "nothing"}.`;
  const others = readings();
  byId("case-candidates").replaceChildren(...others.map((each, i) => make("button", { type: "button", class: "chip mono", onclick: () => choose(each.text) }, make("kbd", {}, String(i + 1)), each.text, make("span", { class: "faint small" }, percent(each.confidence)))));
  const facts = [["Time", shownTime(now.time)], ["Camera", now.camera], ["Region", now.region && regionName(now.region.code)]];
  byId("case-facts").replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  words();
  byId("case").querySelector("[type=submit]").focus({ preventScroll: true });
}

const readings = () => now.candidates.filter((each) => each.text && each.text !== now.text).slice(0, 5);

function choose(text) {
  byId("case-text").value = text;
  words();
}

function words() {
  byId("case-words").textContent = byId("case-text").value === now?.text ? "Confirm" : "Correct";
}

async function say() {
  const read = now;
  const text = byId("case-text").value;
  if (!read) return;
  const json = text === read.text ? { state: "confirmed" } : { state: "corrected", text };
  await settle(read, () => ask(`/api/v1/reads/${read.id}/review`, { method: "POST", json }), true);
}

async function remove() {
  const read = now;
  if (!read || !confirm("Delete this read with its pictures? This cannot be undone.")) return;
  await settle(read, () => ask(`/api/v1/reads/${read.id}`, { method: "DELETE" }), false);
}

async function settle(read, act, canUndo) {
  try {
    await act();
  } catch (error) {
    toast(error.message, "bad");
    return;
  }
  said += 1;
  if (canUndo) done.push(read);
  await next();
}

async function takeBack() {
  const read = done.pop();
  if (!read) return;
  try {
    await ask(`/api/v1/reads/${read.id}/review`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "bad");
    return;
  }
  said -= 1;
  if (now) queue.unshift(now);
  now = read;
  show();
}

const keys = {
  e: () => byId("case-text").focus(), ArrowRight: () => alone(next), n: () => alone(next), z: () => alone(takeBack),
  x: () => document.getElementById("case-delete")?.click(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (isTyping && event.key === "Escape") byId("case").querySelector("[type=submit]").focus();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !now) return;
  const digit = "12345".includes(event.key) ? readings()[Number(event.key) - 1] : null;
  const run = digit ? () => choose(digit.text) : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run) return;
  event.preventDefault();
  run();
});
byId("case-form").addEventListener("submit", (event) => {
  event.preventDefault();
  alone(say);
});
byId("case-text").addEventListener("input", (event) => {
  event.target.value = normalise(event.target.value);
  words();
});
byId("case-skip").addEventListener("click", () => alone(next));
byId("case-undo").addEventListener("click", () => alone(takeBack));
document.getElementById("case-delete")?.addEventListener("click", () => alone(remove));
const restart = () => {
  isStale = true;
  alone(() => {});
};
for (const id of ["below", "queue-camera"]) byId(id).addEventListener("change", restart);
restart();
