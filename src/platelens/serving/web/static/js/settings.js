// Where events are sent, and the logs.

import { byId, make, toast } from "./dom.js";
import { ask } from "./http.js";
import { may, shownTime } from "./words.js";
import { showTargets } from "./targets.js";

let last = null;

async function loadAudit() {
  const asked = new URLSearchParams({ limit: 50 });
  if (last) asked.set("before_id", last);
  const { entries } = await ask(`/api/v1/audit?${asked}`);
  byId("audit").append(...entries.map((entry) => make("tr", {},
    make("td", {}, shownTime(entry.time)), make("td", {}, entry.actor), make("td", {}, entry.action),
    make("td", { class: "mono small" }, Object.entries(entry.detail).map(([name, value]) => `${name}: ${shown(value)}`).join(", ")))));
  last = entries.at(-1)?.id ?? last;
  byId("more-audit").hidden = entries.length < 50;
}

const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

async function loadDeletions() {
  const { deletions } = await ask("/api/v1/deletions");
  byId("no-deletions").hidden = deletions.length > 0;
  byId("deletions").closest(".wide").hidden = deletions.length === 0;
  byId("deletions").replaceChildren(...deletions.map((entry) => make("tr", {},
    make("td", {}, shownTime(entry.time)), make("td", {}, entry.actor), make("td", {}, entry.reason),
    make("td", { class: "number", "data-label": "Reads" }, entry.reads.toLocaleString()), make("td", { class: "number", "data-label": "Files" }, entry.files.toLocaleString()))));
}

const told = (error) => toast(error.message, "bad");
if (may("admin")) {
  byId("more-audit").addEventListener("click", () => loadAudit().catch(told));
  loadAudit().catch(told);
  loadDeletions().catch(told);
}
if (may("manage")) showTargets().catch(told);
