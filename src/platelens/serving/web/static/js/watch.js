// Watch-lists: what is listed, changed, and tried.

import { byId, icon, make, percent, toast } from "./dom.js";
import { ask } from "./http.js";
import { may } from "./words.js";

const KINDS = { exact: "exactly", pattern: "as a pattern", fuzzy: "nearly" };
let entries = [];
let label = "";
let changed = null; // the entry that the form is about; null = new ones

async function load() {
  try {
    entries = (await ask("/api/v1/watch")).entries;
  } catch (error) {
    toast(error.message, "bad");
  }
  show();
}

function show() {
  const labels = [...new Set(entries.map((entry) => entry.label))].sort();
  if (!labels.includes(label)) label = "";
  const chip = (name, words) => make("button", { type: "button", class: "chip", "aria-pressed": String(label === name), onclick: () => { label = name; show(); } }, words);
  byId("labels").replaceChildren(...(labels.length > 1 ? [chip("", `all ${entries.length}`), ...labels.map((name) => chip(name, `${name} ${entries.filter((entry) => entry.label === name).length}`))] : []));
  const shown = entries.filter((entry) => !label || entry.label === label);
  byId("entries").replaceChildren(...shown.map(row));
  byId("nothing").hidden = entries.length > 0;
  byId("entries").closest(".card").hidden = entries.length === 0;
  document.getElementById("known-labels")?.replaceChildren(...labels.map((name) => make("option", { value: name })));
}

function row(entry) {
  const how = entry.kind === "fuzzy" ? `nearly, ${entry.max_distance} wrong` : KINDS[entry.kind];
  return make("tr", {},
    make("td", {}, make("span", { class: "plate" }, entry.text)),
    make("td", {}, how),
    make("td", {}, make("span", { class: "tag" }, entry.label)),
    make("td", { class: "faint" }, entry.note),
    make("td", {}, may("manage") && make("div", { class: "row tight" },
      make("button", { type: "button", class: "square plain", title: `Change ${entry.text}`, onclick: () => open(entry) }, icon("edit")),
      make("button", { type: "button", class: "square plain", title: `Remove ${entry.text}`, onclick: () => remove(entry) }, icon("trash")))));
}

function open(entry = null) {
  changed = entry;
  byId("entry-title").textContent = entry ? "Change a plate" : "Add plates";
  byId("e-text").value = entry?.text ?? "";
  byId("e-kind").value = entry?.kind ?? "exact";
  byId("e-distance").value = entry?.max_distance ?? 1;
  byId("e-label").value = entry?.label ?? label;
  byId("e-note").value = entry?.note ?? "";
  byId("e-text-hint").hidden = entry !== null;
  byId("entry-fault").hidden = true;
  byId("e-distance-field").hidden = byId("e-kind").value !== "fuzzy";
  byId("entry-dialog").showModal();
}

async function save(event) {
  event.preventDefault();
  const texts = byId("e-text").value.split("\n").map((line) => line.trim()).filter(Boolean);
  const common = { kind: byId("e-kind").value, label: byId("e-label").value.trim(), note: byId("e-note").value.trim(), max_distance: Number(byId("e-distance").value) };
  try {
    if (changed) await ask(`/api/v1/watch/${changed.id}`, { method: "PUT", json: { ...common, text: texts.join("") } });
    else await ask("/api/v1/watch", { method: "POST", json: texts.map((text) => ({ ...common, text })) });
  } catch (error) {
    byId("entry-fault").textContent = error.message;
    byId("entry-fault").hidden = false;
    return;
  }
  byId("entry-dialog").close();
  await load();
}

async function remove(entry) {
  if (!confirm(`Take ${entry.text} off the list “${entry.label}”?`)) return;
  try {
    await ask(`/api/v1/watch/${entry.id}`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "bad");
  }
  await load();
}

byId("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("try-text").value.trim();
  try {
    const { matches } = await ask(`/api/v1/watch/match?${new URLSearchParams({ text })}`);
    byId("tried").replaceChildren(...(matches.length
      ? matches.map((hit) => make("span", { class: "tag warning" }, icon("watch"), `${hit.label}: ${hit.text} ${percent(hit.probability)}`))
      : [make("span", { class: "faint" }, "is on no list")]));
  } catch (error) {
    byId("tried").replaceChildren(make("span", { class: "bad" }, error.message));
  }
});
if (may("manage")) {
  byId("add").addEventListener("click", () => open());
  byId("entry-form").addEventListener("submit", save);
  byId("e-kind").addEventListener("change", () => { byId("e-distance-field").hidden = byId("e-kind").value !== "fuzzy"; });
}
load();
