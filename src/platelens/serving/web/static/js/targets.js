// Where events are sent: listed, added, tried, switched off, removed; and what could not be sent.

import { byId, icon, make, toast } from "./dom.js";
import { ask } from "./http.js";
import { count, shownTime } from "./words.js";

const KINDS = { webhook: "webhook", stream: "as Plate Recognizer Stream", "alpr-database": "ALPR database", mqtt: "MQTT, as Frigate" };
const told = (error) => toast(error.message, "bad");
let changed = null; // the target that the form is about; null = a new one

/** Show the targets. */
export async function showTargets() {
  byId("add-target").addEventListener("click", () => open());
  byId("target-form").addEventListener("submit", save);
  byId("t-kind").addEventListener("change", fieldsOfKind);
  byId("revive").addEventListener("click", () => revive().catch(told));
  await load();
}

async function load() {
  const { targets, waiting } = await ask("/api/v1/targets");
  const { events } = await ask("/api/v1/targets/dead");
  byId("targets").replaceChildren(...targets.map(row));
  byId("targets").closest(".wide").hidden = targets.length === 0;
  byId("no-targets").textContent = targets.length === 0 ? "Nowhere yet. Home automation, an MQTT broker or a program of yours can be told of every read." : waiting ? `${count(waiting, "event")} to be sent.` : "All is sent.";
  byId("dead").hidden = events.length === 0;
  byId("dead-events").replaceChildren(...events.slice(0, 20).map((event) => make("li", {}, shownTime(event.created), ` ${event.event}: ${event.error} (${count(event.attempts, "try", "tries")})`)));
  byId("revive").dataset.ids = JSON.stringify(events.map((event) => event.id));
}

function row(target) {
  return make("tr", {},
    make("td", {}, target.name),
    make("td", {}, KINDS[target.kind] ?? target.kind),
    make("td", { class: "mono small" }, target.url),
    make("td", {}, target.active ? make("span", { class: "tag good" }, icon("check"), "on") : make("span", { class: "tag" }, icon("minus"), "off")),
    make("td", {}, make("div", { class: "row tight" },
      make("button", { type: "button", title: `Send a test to ${target.name}`, onclick: () => tryOut(target).catch(told) }, "Test"),
      make("button", { type: "button", class: "square plain", title: `Change ${target.name}`, onclick: () => open(target) }, icon("edit")),
      make("button", { type: "button", class: "square plain", title: `Remove ${target.name}`, onclick: () => remove(target).catch(told) }, icon("trash")))));
}

function open(target = null) {
  changed = target;
  const settings = target?.settings ?? {};
  byId("target-title").textContent = target ? `Change ${target.name}` : "Send events";
  byId("t-name").value = target?.name ?? "";
  byId("t-kind").value = target?.kind ?? "webhook";
  byId("t-url").value = target?.url ?? "";
  byId("t-secret").value = settings.secret ?? "";
  byId("t-header").value = settings.header ?? "";
  byId("t-topic").value = settings.topic ?? "frigate";
  byId("t-image").checked = settings.image ?? true;
  byId("t-watched").checked = settings.watched ?? false;
  byId("t-active").checked = target?.active ?? true;
  byId("target-fault").hidden = true;
  fieldsOfKind();
  byId("target-dialog").showModal();
}

function fieldsOfKind() {
  const isMqtt = byId("t-kind").value === "mqtt";
  byId("t-topic-field").hidden = !isMqtt;
  byId("t-header-field").hidden = isMqtt;
  byId("t-url").placeholder = isMqtt ? "mqtt://user:password@broker:1883" : "https://home.local/hook";
}

async function save(event) {
  event.preventDefault();
  const known = changed?.settings ?? {};
  const settings = { ...known, secret: byId("t-secret").value, header: byId("t-header").value.trim(), topic: byId("t-topic").value.trim() || "frigate", image: byId("t-image").checked, watched: byId("t-watched").checked };
  const json = { name: byId("t-name").value.trim(), kind: byId("t-kind").value, url: byId("t-url").value.trim(), settings, active: byId("t-active").checked };
  try {
    if (changed) await ask(`/api/v1/targets/${changed.id}`, { method: "PUT", json });
    else await ask("/api/v1/targets", { method: "POST", json });
  } catch (error) {
    byId("target-fault").textContent = error.message;
    byId("target-fault").hidden = false;
    return;
  }
  byId("target-dialog").close();
  await load();
}

async function remove(target) {
  if (!confirm(`Send nothing to ${target.name} any more?`)) return;
  await ask(`/api/v1/targets/${target.id}`, { method: "DELETE" });
  await load();
}

async function tryOut(target) {
  await ask(`/api/v1/targets/${target.id}/test`, { method: "POST" });
  toast("A test is on its way; what cannot be sent is listed here.");
  setTimeout(() => load().catch(told), 1500);
}

async function revive() {
  const ids = JSON.parse(byId("revive").dataset.ids);
  await ask("/api/v1/targets/dead/revive", { method: "POST", json: { ids } });
  toast(`${count(ids.length, "event")} will be tried again.`);
  await load();
}
