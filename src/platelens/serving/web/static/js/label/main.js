// The labelling page: joins the picture, the list, the forms, the keys and the server.

import { byId, closeDialogs, icon, make, toast } from "../dom.js";
import { ask } from "../http.js";
import { settleConflict } from "./conflict.js";
import { listen } from "./keys.js";
import { PictureList } from "./list.js";
import { Panel } from "./panel.js";
import { meet } from "./people.js";
import { Saver, labelsUrl } from "./saver.js";
import { cornersOf, isPlateShape, isSamePlate, newPlate, plateOf, round, withCorners } from "./shapes.js";
import { Stage } from "./stage.js";
import { Work } from "./work.js";

const HAS_MODELS = document.body.dataset.proposals === "yes";
const encoded = (image) => image.split("/").map(encodeURIComponent).join("/");

let work = null; // the labels of the picture that is open
let url = "";
let selected = -1;
let corner = -1;
let proposals = [];
let opening = 0; // counts, so that late answers about another picture are let go
const hints = new Map(); // corners -> what the models read there

const list = new PictureList((image) => open(image));
const stage = new Stage(byId("stage"), {
  select: (plate, at) => select(plate, at),
  take: (number) => take(number),
  drawn: (corners, free) => addPlate(corners, free),
  moved: (number, corners, isEnd) => movePlate(number, corners, isEnd),
});
const panel = new Panel({
  select: (number) => select(number, -1, { type: number >= 0 }),
  edit: (kind, number, change) => edit(kind, (w) => { w.plates[number] = change(w.plates[number]); }),
  remove: (number) => remove(number),
  take: (number) => take(number),
  typed: () => afterTyping(),
  free: (number) => toggleFree(number),
});
const saver = new Saver(showSaved, settle);

// -- what is shown

function render() {
  const shown = proposals.filter((each) => !work?.plates.some((plate) => isSamePlate(plate, each)));
  stage.render({ plates: work?.plates ?? [], proposals: shown, selected, corner });
  panel.render({ work, url, selected, proposals: shown, hint: work?.plates[selected] && hintOf(work.plates[selected]) });
  byId("is-done").checked = work?.done === true;
  byId("undo").disabled = !work?.past.length;
  byId("redo").disabled = !work?.future.length;
  visible = shown;
}
let visible = [];

function hintOf(plate) {
  const near = proposals.find((each) => isSamePlate(plate, each));
  return hints.get(JSON.stringify(cornersOf(plate))) ?? near;
}

const STATES = { saved: ["check", "Saved"], waiting: ["edit", "Not saved yet"], saving: ["wait", "Saving …"], failed: ["warn", "Not saved"] };

function showSaved(state, detail = "") {
  const [name, words] = STATES[state];
  const place = byId("save-state");
  place.dataset.state = state;
  place.className = `save-state small ${state === "failed" ? "bad" : "faint"}`;
  place.replaceChildren(icon(name, state === "saving" ? "spin" : ""), make("span", { class: "words" }, words));
  place.title = detail || words;
  if (state === "failed" && detail) toast(`Not saved: ${detail}`, "bad");
}

// -- pictures

async function open(image, { force = false } = {}) {
  byId("pictures").classList.remove("open");
  byId("show-list").setAttribute("aria-expanded", "false");
  if (work?.image === image && !force) return;
  const mine = ++opening;
  if (work && !(await saver.flush(work)) && work.isDirty) {
    toast("This picture is not saved yet; stay until it is.", "bad");
    return;
  }
  let labels;
  try {
    labels = await ask(labelsUrl(image));
  } catch (error) {
    if (mine === opening) unreadable(image, error);
    return;
  }
  if (mine !== opening) return;
  const isOther = work?.image !== image;
  work = new Work(labels.record, labels.revision);
  selected = corner = -1;
  if (isOther) proposals = [];
  hints.clear();
  url = `/images/${encoded(image)}`;
  byId("note").replaceChildren();
  named(image);
  stage.open(url, work.picture);
  showSaved("saved");
  render();
  if (isOther && HAS_MODELS && byId("auto-propose").checked && !work.done) propose();
}

function named(image) {
  byId("picture-name").textContent = image;
  const at = list.pictures.findIndex((each) => each.image === image);
  byId("picture-place").textContent = `${at + 1} of ${list.pictures.length}`;
  history.replaceState(null, "", `#${encodeURIComponent(image)}`);
  list.select(image);
}

function unreadable(image, error) {
  work = null;
  selected = -1;
  proposals = [];
  named(image);
  stage.size = null;
  stage.photo.removeAttribute("href");
  stage.layer.replaceChildren();
  stage.say(error.message);
  byId("note").replaceChildren(make("div", { class: "notice bad" }, icon("warn"), make("span", {}, error.message)));
  render();
}

const go = (step) => {
  const image = list.neighbour(step);
  if (image) open(image);
  else toast(step > 0 ? "That was the last picture of the list." : "That was the first picture of the list.");
};

async function doneAndNext() {
  if (!work) return go(1);
  if (work.plates.some((plate) => plate.text === "" && !plate.not_a_plate)) {
    select(work.plates.findIndex((plate) => plate.text === "" && !plate.not_a_plate), -1, { type: true });
    toast("A plate has no text yet: type it, or tick “Unreadable”.");
    return undefined;
  }
  edit("", (w) => { w.done = true; });
  const next = list.nextOpen();
  if (!next) {
    await saver.flush(work);
    toast("All pictures are done.", "good");
    return undefined;
  }
  return open(next);
}

// -- plates

function edit(kind, change) {
  if (!work) return;
  work.edit(kind, change);
  if (selected >= work.plates.length) selected = -1;
  list.note(work.image, work);
  saver.changed(work);
  render();
}

function select(number, at = -1, { type = false } = {}) {
  selected = work && number < work.plates.length ? number : -1;
  corner = at;
  render();
  if (type) panel.type();
}

function addPlate(corners, free) {
  if (!work || !corners) return;
  const plate = newPlate(corners, work.picture, { free: free && isPlateShape(corners) });
  if (!plate) return;
  edit("", (w) => w.plates.push(plate));
  select(work.plates.length - 1, -1, { type: !matchMedia("(pointer: coarse)").matches });
  readAt(plate);
}

/** Make a plate in the middle of what is seen: the way without a mouse. */
function makePlate() {
  if (!work) return;
  const { centre: [x, y], width } = stage.visible();
  const w = Math.max(width / 5, 12), h = w / 3;
  addPlate([[x - w / 2, y - h / 2], [x + w / 2, y - h / 2], [x + w / 2, y + h / 2], [x - w / 2, y + h / 2]], false);
  byId("stage").focus();
}

function movePlate(number, corners, isEnd) {
  const plate = work?.plates[number];
  const next = plate && withCorners(plate, corners, work.picture);
  if (!next) return;
  if (number !== selected) selected = number;
  if (next.corners && !isPlateShape(next.corners)) {
    if (isEnd) toast("The corners would cross; they stay where they were.");
    render();
    return;
  }
  edit("drag", (w) => { w.plates[number] = next; });
  if (!isEnd) return;
  work.lastKind = ""; // the next drag is a step of its own
  if (next.text === "") readAt(next);
}

function nudge(dx, dy, step) {
  const plate = work?.plates[selected];
  if (!plate) {
    stage.view.x += (dx * stage.view.w) / 10;
    stage.view.y += (dy * stage.view.h) / 10;
    stage.zoom(1);
    return;
  }
  const by = step * Math.max(round(1 / stage.scale), 0.5);
  let corners = cornersOf(plate);
  if (corner < 0) corners = corners.map(([x, y]) => [x + dx * by, y + dy * by]);
  else if (plate.corners?.length === 4) corners[corner] = [corners[corner][0] + dx * by, corners[corner][1] + dy * by];
  else {
    const [x, y] = corners[corner];
    const sides = [[0, 3], [1, 2]], ends = [[0, 1], [2, 3]];
    for (const i of sides.find((pair) => pair.includes(corner))) corners[i][0] = x + dx * by;
    for (const i of ends.find((pair) => pair.includes(corner))) corners[i][1] = y + dy * by;
  }
  const next = withCorners(plate, corners, work.picture);
  if (next && isPlateShape(cornersOf(next))) edit("nudge", (w) => { w.plates[selected] = next; });
}

/** Make the selected plate larger or smaller around its middle. */
function grow(sx, sy) {
  const plate = work?.plates[selected];
  if (!plate) return;
  const corners = cornersOf(plate);
  const cx = corners.reduce((sum, [x]) => sum + x, 0) / 4, cy = corners.reduce((sum, [, y]) => sum + y, 0) / 4;
  const next = withCorners(plate, corners.map(([x, y]) => [cx + (x - cx) * sx, cy + (y - cy) * sy]), work.picture);
  if (next) edit("grow", (w) => { w.plates[selected] = next; });
}

function toggleFree(number = selected) {
  if (!work?.plates[number]) return;
  edit("", (w) => {
    const { corners, ...plate } = w.plates[number];
    w.plates[number] = corners?.length === 4 ? plate : { ...plate, corners: cornersOf(plate) };
  });
}

function turn() {
  if (work?.plates[selected]?.corners?.length !== 4) return;
  edit("", (w) => {
    const { corners: [first, ...rest] } = w.plates[selected];
    w.plates[selected] = { ...w.plates[selected], corners: [...rest, first] };
  });
  readAt(work.plates[selected]);
}

function remove(number = selected) {
  if (!work?.plates[number]) return;
  edit("", (w) => w.plates.splice(number, 1));
  select(-1);
  byId("stage").focus();
  toast("Removed; Ctrl+Z brings it back.");
}

function cycle(step) {
  const count = work?.plates.length ?? 0;
  if (count) select((selected < 0 ? (step > 0 ? 0 : count - 1) : selected + step + count) % count);
}

function afterTyping() {
  const next = work.plates.findIndex((plate, i) => i > selected && plate.text === "" && !plate.not_a_plate);
  if (next >= 0) select(next, -1, { type: true });
  else byId("stage").focus();
}

function step(back) {
  if (!work || !(back ? work.undo() : work.redo())) return;
  selected = Math.min(selected, work.plates.length - 1);
  list.note(work.image, work);
  saver.changed(work);
  render();
}

// -- what the models say

async function propose() {
  if (!work || !HAS_MODELS) return;
  const mine = opening;
  byId("propose").disabled = true;
  try {
    const answer = await ask(`/api/proposals/${encoded(work.image)}`);
    if (mine !== opening) return;
    proposals = answer.plates;
    render();
  } catch (error) {
    if (mine === opening) toast(`No proposals: ${error.message}`, "bad");
  } finally {
    byId("propose").disabled = false;
  }
}

async function readAt(plate) {
  if (!HAS_MODELS) return;
  const mine = opening;
  const corners = cornersOf(plate), key = JSON.stringify(corners);
  hints.set(key, { waiting: true });
  render();
  try {
    const answer = await ask(`/api/readings/${encoded(work.image)}`, { method: "POST", json: { corners } });
    if (mine === opening) hints.set(key, answer);
  } catch {
    hints.delete(key);
  }
  render();
}

function take(number) {
  const plate = visible[number] && plateOf(visible[number], work.picture);
  if (!plate) return;
  edit("", (w) => w.plates.push(plate));
  select(work.plates.length - 1);
}

function takeAll() {
  const plates = visible.map((each) => plateOf(each, work.picture)).filter(Boolean);
  if (!plates.length) return;
  edit("", (w) => w.plates.push(...plates));
  toast(`${plates.length} taken.`, "good");
}

// -- several people

async function settle(mine, theirs) {
  await settleConflict(mine, theirs);
  selected = -1;
  list.note(mine.image, mine);
  render();
}

async function refresh(changed) {
  list.update(changed);
  const image = work?.image;
  const mine = opening;
  const now = changed.find((each) => each.image === image);
  const isAway = () => work.isDirty || saver.isBusy || opening !== mine;
  if (!now || now.revision === work.revision || isAway()) return;
  // What was told may be older than what this page has stored since.
  const fresh = await ask(labelsUrl(image));
  if (isAway() || fresh.revision === work.revision) return;
  await open(image, { force: true });
  toast("Somebody else has changed this picture; you see their labels.");
}

// -- keys and buttons

async function openExport() {
  if (work) await saver.flush(work);
  linkExports();
  byId("export-dialog").showModal();
}

/** Let the links lead to what is chosen; without any picture that is labelled, nowhere. */
function linkExports() {
  const doneOnly = byId("export-done").checked;
  const isThere = list.pictures.some((each) => each.done || (!doneOnly && each.plates > 0));
  byId("nothing-labelled").hidden = isThere;
  for (const link of document.querySelectorAll("[data-export]")) {
    link.setAttribute("aria-disabled", String(!isThere));
    if (isThere) link.href = `/export/${link.dataset.export}${doneOnly ? "?done=1" : ""}`;
    else link.removeAttribute("href");
  }
}

const arrows = [["ArrowLeft", -1, 0], ["ArrowRight", 1, 0], ["ArrowUp", 0, -1], ["ArrowDown", 0, 1]];
const tool = (name) => () => {
  stage.setTool(name);
  for (const each of ["box", "corners", "hand"]) byId(`tool-${each}`).setAttribute("aria-pressed", String(each === name));
};
const click = (id) => () => byId(id).click();

const bindings = [
  [["N"], "New plate in the middle", makePlate],
  [["B"], "Draw boxes", tool("box")],
  [["C"], "Click four corners", tool("corners")],
  [["V"], "Move the picture by dragging", tool("hand")],
  [["]", "J"], "Next plate", () => cycle(1)],
  [["[", "K"], "Plate before", () => cycle(-1)],
  [["Enter", "T"], "Type the text", () => { if (selected < 0) cycle(1); panel.type(); }],
  [["1", "2", "3", "4"], "Choose a corner; 0 = the whole plate", (event) => select(selected, selected < 0 ? -1 : Number(event.key) - 1)],
  [["0"], "", () => select(selected, -1)],
  [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Move plate, corner or picture", () => {}],
  ...arrows.flatMap(([key, dx, dy]) => [
    [[key], "", () => nudge(dx, dy, 1)], [[`Shift+${key}`], "", () => nudge(dx, dy, 10)],
  ]),
  [["Shift+ArrowLeft"], "… ten times as far", () => nudge(-1, 0, 10)],
  [["Alt+ArrowRight", "Alt+ArrowLeft"], "Wider, narrower", (event) => grow(event.key === "ArrowRight" ? 1.06 : 1 / 1.06, 1)],
  [["Alt+ArrowUp", "Alt+ArrowDown"], "Higher, lower", (event) => grow(1, event.key === "ArrowUp" ? 1.06 : 1 / 1.06)],
  [["O"], "Corners of its own, or a box again", () => toggleFree()],
  [["Q"], "Turn: the next corner is the top left", turn],
  [["U"], "Unreadable, or not", () => edit("", (w) => { const plate = w.plates[selected]; if (plate) plate.text = plate.text === null ? "" : null; })],
  [["R"], "One row or two", () => edit("", (w) => { const plate = w.plates[selected]; if (plate) plate.rows = plate.rows === 2 ? 1 : 2; })],
  [["Delete", "Backspace"], "Remove the plate", () => remove()],
  [["P"], "Ask the models", propose],
  [["A"], "Take the next proposal", () => take(0)],
  [["Shift+A"], "Take all proposals", takeAll],
  [["D"], "Done, and to the next picture", doneAndNext],
  [["PageDown"], "Next picture", () => go(1)],
  [["PageUp"], "Picture before", () => go(-1)],
  [["/"], "Find a picture", () => { byId("pictures").classList.add("open"); byId("filter").focus(); }],
  [["Ctrl+Z"], "Undo", () => step(true)],
  [["Ctrl+Y", "Ctrl+Shift+Z"], "Redo", () => step(false)],
  [["+", "="], "Larger", () => stage.zoom(1.3)],
  [["-"], "Smaller", () => stage.zoom(1 / 1.3)],
  [["F"], "Fit the picture", () => stage.fit()],
  [["Z"], "Fit the plate", () => { const plate = work?.plates[selected]; if (plate) stage.zoomTo(plate.box); }],
  [["Ctrl+S"], "Save now (it saves by itself)", () => work && saver.flush(work)],
  [["Escape"], "Back to the picture, no plate chosen", () => { if (document.activeElement === byId("stage")) select(-1); byId("pictures").classList.remove("open"); byId("stage").focus(); }],
  [["?"], "These keys", click("help")],
];

function wire() {
  listen(bindings, new Set(["Escape", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+S", "PageUp", "PageDown"]));
  const clicks = {
    "tool-box": tool("box"), "tool-corners": tool("corners"), "tool-hand": tool("hand"),
    undo: () => step(true), redo: () => step(false), previous: () => go(-1), next: () => go(1),
    "zoom-in": () => stage.zoom(1.3), "zoom-out": () => stage.zoom(1 / 1.3), "zoom-fit": () => stage.fit(),
    "new-plate": makePlate, "accept-all": takeAll, "done-next": doneAndNext,
    help: () => byId("help-dialog").showModal(), export: openExport,
    "show-list": () => { byId("show-list").setAttribute("aria-expanded", String(byId("pictures").classList.toggle("open"))); },
    "hide-list": () => byId("pictures").classList.remove("open"),
  };
  for (const [id, run] of Object.entries(clicks)) byId(id).addEventListener("click", run);
  byId("is-done").addEventListener("change", (event) => edit("", (w) => { w.done = event.target.checked; }));
  byId("export-done").addEventListener("change", linkExports);
  if (HAS_MODELS) {
    byId("propose").addEventListener("click", propose);
    byId("auto-propose").checked = localStorage.getItem("platelens-auto-propose") !== "no";
    byId("auto-propose").addEventListener("change", (event) => localStorage.setItem("platelens-auto-propose", event.target.checked ? "yes" : "no"));
  }
  addEventListener("beforeunload", (event) => { if (work?.isDirty) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && work?.isDirty) saver.flush(work, { keepalive: true }); });
  closeDialogs();
  if (matchMedia("(pointer: coarse)").matches) tool("hand")();
}

async function start() {
  wire();
  render();
  const { pictures, count } = await ask("/api/pictures");
  list.set(pictures);
  const wanted = decodeURIComponent(location.hash.slice(1));
  await open(list.find(wanted)?.image ?? list.nextOpen() ?? pictures[0].image);
  byId("stage").focus();
  meet({ count, where: () => work?.image ?? "", changed: refresh });
}

start().catch((error) => stage.say(error.message));
