// Search: filters, pages without end, choosing, deleting, exporting.

import { byId, toast } from "./dom.js";
import { ask } from "./http.js";
import { readCard } from "./cards.js";
import { apiQuery, fillForm, pageAddress } from "./query.js";
import { count, may } from "./words.js";

const PAGE = 48;
const form = byId("search");
const list = byId("reads");
let cursor = null;
let run = 0; // counts, so that late answers to another question are let go
const chosen = new Set();

async function search({ isMore = false } = {}) {
  const mine = ++run;
  const query = apiQuery(form);
  byId("nothing-yet").hidden = query.size > 0;
  byId("nothing-found").hidden = query.size === 0;
  if (!isMore) exportLinks(query);
  query.set("limit", PAGE);
  if (isMore && cursor) query.set("cursor", cursor);
  list.setAttribute("aria-busy", "true");
  byId("found").textContent = "searching …";
  let page;
  try {
    page = await ask(`/api/v1/reads?${query}`);
  } catch (error) {
    if (mine !== run) return;
    byId("found").textContent = error.message;
    if (!isMore) list.replaceChildren();
    return;
  } finally {
    if (mine === run) list.removeAttribute("aria-busy");
  }
  if (mine !== run) return;
  const cards = page.reads.map((read) => readCard(read, { choose: may("manage") ? choose : undefined }));
  if (isMore) list.append(...cards);
  else {
    list.replaceChildren(...cards);
    chosen.clear();
    showChosen();
  }
  cursor = page.next_cursor;
  byId("more").hidden = cursor === null;
  byId("nothing").hidden = list.children.length > 0;
  byId("found").textContent = `${count(list.children.length, "read")}${cursor ? ", and more" : ""}`;
  if (isMore) cards[0]?.querySelector("a").focus();
}

function exportLinks(query) {
  for (const link of document.querySelectorAll("[data-format]")) {
    const all = new URLSearchParams(query);
    all.set("format", link.dataset.format);
    link.href = `/api/v1/reads/export?${all}`;
    link.setAttribute("download", `reads.${link.dataset.format}`);
  }
}

function choose(event) {
  const number = Number(event.target.value);
  if (event.target.checked) chosen.add(number);
  else chosen.delete(number);
  showChosen();
}

function showChosen() {
  const bulk = document.getElementById("bulk");
  if (!bulk) return;
  bulk.hidden = chosen.size === 0;
  byId("chosen-count").textContent = chosen.size;
}

async function deleteChosen() {
  if (!confirm(`Delete ${count(chosen.size, "read")} with pictures? This cannot be undone.`)) return;
  const ids = [...chosen];
  try {
    await ask("/api/v1/reads/delete", { method: "POST", json: { ids, reason: "chosen in a search" } });
  } catch (error) {
    toast(error.message, "bad");
    return;
  }
  for (const number of ids) list.querySelector(`[data-id="${number}"]`)?.remove();
  chosen.clear();
  showChosen();
  byId("nothing").hidden = list.children.length > 0;
  byId("found").textContent = count(list.children.length, "read");
  toast("Deleted.", "good");
}

/** Delete all that the search finds: what a person may ask for whose plate it is. */
async function deleteFound() {
  byId("export-menu").open = false;
  const query = apiQuery(form);
  if (!query.size) {
    toast("Search for something first: all reads are not deleted from here.", "bad");
    return;
  }
  if (!confirm("Delete all reads that this search finds, also those that are not shown, with their pictures? This cannot be undone.")) return;
  try {
    const done = await ask(`/api/v1/reads/delete?${query}`, { method: "POST", json: { reason: "all that a search found" } });
    toast(`${count(done.reads, "read")} and ${count(done.files, "file")} deleted.`, "good");
    if (done.backups.length) toast(`They may still be in these copies: ${done.backups.join(", ")}`, "bad");
  } catch (error) {
    toast(error.message, "bad");
  }
  search();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", pageAddress(form));
  search();
});
form.addEventListener("reset", () => setTimeout(() => form.requestSubmit()));
form.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") form.requestSubmit(); });
byId("more").addEventListener("click", () => search({ isMore: true }));
document.getElementById("choose-none")?.addEventListener("click", () => {
  for (const box of list.querySelectorAll("input:checked")) box.checked = false;
  chosen.clear();
  showChosen();
});
document.getElementById("delete-found")?.addEventListener("click", deleteFound);
document.getElementById("delete-chosen")?.addEventListener("click", deleteChosen);

fillForm(form, location.search);
const more = byId("more-fields");
more.open = matchMedia("(min-width: 64rem)").matches
  || [...more.querySelectorAll("input, select")].some((field) => field.value !== "");
search();
