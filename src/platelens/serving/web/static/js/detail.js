// One read: its picture, its facts, and what a person says of it.

import { byId, icon, make, toast } from "./dom.js";
import { ask } from "./http.js";
import { largePlate, reviewTag } from "./cards.js";
import { normalise } from "./label/shapes.js";
import { shownPicture } from "./shown.js";
import { regionName, shownTime, sureness } from "./words.js";

const number = byId("detail").dataset.number;
const address = `/api/v1/reads/${number}`;
const form = document.getElementById("correct");
let read = null;

async function load() {
  try {
    show(await ask(address));
  } catch (error) {
    byId("picture").replaceChildren(make("p", { class: "notice bad" }, icon("warn"), make("span", {}, error.message)));
  }
}

function show(found) {
  const isFirst = read === null;
  read = found;
  byId("when").replaceChildren(shownTime(read.time), read.camera ? ` · ${read.camera}` : "");
  if (isFirst) {
    const alt = `The picture in which ${read.text || "the plate"} was read`;
    byId("picture").replaceChildren(read.image ? shownPicture(read.image, [read], alt) : make("p", { class: "card empty" }, "Its picture was not kept."));
    if (read.crop) byId("crop").replaceChildren(make("img", { src: read.crop, alt: "The plate, straightened" }));
  }
  byId("plate").replaceChildren(make("div", { class: "row" }, largePlate(read), sureness(read.confidence), reviewTag(read)));
  byId("facts").replaceChildren(...facts().flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  if (form) showForm();
}

function facts() {
  const { passing, review, region } = read;
  const listed = [
    ["Time", shownTime(read.time)],
    ["Stored", shownTime(read.stored)],
    ["Camera", read.camera],
    ["Region", region && `${regionName(region.code)} (${region.code}, ${Math.round(region.confidence * 100)} %)`],
    ["As read", read.text_as_read !== read.text && read.text_as_read],
    ["Raw", read.raw_text !== read.text_as_read && read.raw_text],
    ["Reviewed", review && make("span", {}, `${review.state} by ${review.by}, `, shownTime(review.at))],
    ["Seen for", passing && `${passing.dwell_s.toFixed(1)} s, ${passing.sightings} times${passing.parked ? ", parked" : ""}`],
    ["From", { api: "the API or this page", pass: "a camera", import: "an import" }[read.source]],
    ["Models", Object.values(read.models).join(", ")],
  ];
  return listed.filter(([, value]) => value);
}

function showForm() {
  byId("text").value = read.text;
  const others = read.candidates.filter((each) => each.text && each.text !== read.text).slice(0, 5);
  byId("candidates").replaceChildren(...others.map((each) => make("button", { type: "button", class: "chip mono", onclick: () => { byId("text").value = each.text; words(); } }, each.text)));
  byId("undo-review").hidden = !read.review;
  words();
}

function words() {
  byId("correct-words").textContent = byId("text").value === read.text ? "Confirm" : "Correct";
}

form?.addEventListener("input", () => {
  byId("text").value = normalise(byId("text").value);
  words();
});
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value;
  const json = text === read.text ? { state: "confirmed" } : { state: "corrected", text };
  try {
    await ask(`${address}/review`, { method: "POST", json });
    toast(json.state === "confirmed" ? "Confirmed." : "Corrected.", "good");
    await load();
  } catch (error) {
    toast(error.message, "bad");
  }
});
document.getElementById("undo-review")?.addEventListener("click", async () => {
  try {
    await ask(`${address}/review`, { method: "DELETE" });
    await load();
  } catch (error) {
    toast(error.message, "bad");
  }
});
document.getElementById("delete")?.addEventListener("click", async () => {
  if (!confirm("Delete this read with its pictures? This cannot be undone.")) return;
  try {
    await ask(address, { method: "DELETE" });
    location.assign("/reads");
  } catch (error) {
    toast(error.message, "bad");
  }
});
load();
