// What comes in, as it comes in.

import { byId, icon, make, toast } from "./dom.js";
import { ask } from "./http.js";
import { readCard, watchTags } from "./cards.js";
import { may, shownTime } from "./words.js";

const SHOWN = 48;
const STATES = { watching: ["check", "good", "watching"], starting: ["wait", "accent", "starting"], failing: ["warn", "bad", "failing"], ended: ["info", "", "ended"], off: ["minus", "", "off"] };
const latest = byId("latest");
let cameras = [];

// -- reads and alerts

async function start() {
  connect();
  try {
    const page = await ask("/api/v1/reads?limit=24");
    for (const read of page.reads.reverse()) add(read, false);
  } catch (error) {
    toast(error.message, "bad");
  }
  byId("nothing").hidden = latest.children.length > 0;
  await loadCameras();
}

function connect() {
  const events = new EventSource("/api/v1/events");
  tell("wait", "connecting …");
  events.addEventListener("open", () => tell("check", "connected"));
  events.addEventListener("error", () => tell("warn", events.readyState === EventSource.CLOSED ? "the connection was refused; load the page again" : "connection lost; trying again …"));
  events.addEventListener("read", (event) => add(JSON.parse(event.data), true));
  events.addEventListener("alert", (event) => {
    const read = JSON.parse(event.data);
    add(read, true);
    alarm(read);
  });
  events.addEventListener("camera", () => loadCameras());
}

function tell(name, words) {
  byId("live-state").replaceChildren(icon(name, name === "wait" ? "spin" : ""), words);
}

function add(read, isNew) {
  const known = latest.querySelector(`[data-id="${read.id}"]`);
  const at = `/api/v1/reads/${read.id}`;
  const region = typeof read.region === "string" ? (read.region ? { code: read.region } : null) : read.region;
  const crop = "crop" in read ? read.crop : `${at}/crop`;
  const card = readCard({ image: null, review: null, ...read, region, crop }, { isNew });
  card.querySelector("img")?.addEventListener("error", (event) => event.target.replaceWith(icon("picture")));
  if (known) known.replaceWith(card);
  else latest.prepend(card);
  while (latest.children.length > SHOWN) latest.lastChild.remove();
  byId("nothing").hidden = true;
}

function alarm(read) {
  byId("alerts-section").hidden = false;
  const words = make("li", { class: "notice bad" }, icon("watch"),
    make("div", { class: "row" }, make("a", { class: "plate", href: `/reads/${read.id}` }, read.text), watchTags(read.watch),
      make("span", { class: "faint" }, shownTime(read.time), read.camera && ` · ${read.camera}`)));
  byId("alerts").prepend(words);
  while (byId("alerts").children.length > 10) byId("alerts").lastChild.remove();
  if (byId("sound").checked) beep();
}

function beep() {
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const loud = sound.createGain();
  loud.gain.setValueAtTime(0.15, sound.currentTime);
  loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
  tone.frequency.value = 880;
  tone.connect(loud).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.6);
  tone.addEventListener("ended", () => sound.close());
}

// -- cameras

async function loadCameras() {
  try {
    cameras = (await ask("/api/v1/cameras")).cameras;
  } catch (error) {
    toast(error.message, "bad");
    return;
  }
  byId("cameras").replaceChildren(...cameras.map(cameraCard));
  byId("no-cameras").hidden = cameras.length > 0;
}

function cameraCard(camera) {
  const [name, kind, words] = camera.source ? (STATES[camera.state] ?? ["info", "", camera.state]) : ["upload", "", "others send"];
  return make("li", { class: "card stack small-gap" },
    make("div", { class: "row spread" }, make("strong", {}, camera.name), make("span", { class: `tag ${kind}` }, icon(name), words)),
    camera.source && make("span", { class: "faint small mono" }, camera.source),
    camera.detail && make("span", { class: "bad small" }, camera.detail),
    make("div", { class: "row" },
      make("a", { class: "button", href: `/reads?camera=${encodeURIComponent(camera.name)}` }, icon("search"), "Reads"),
      may("manage") && make("button", { type: "button", onclick: () => openCamera(camera) }, icon("edit"), "Change", make("span", { class: "unseen" }, camera.name))));
}

function openCamera(camera = null) {
  byId("camera-title").textContent = camera ? `Camera ${camera.name}` : "New camera";
  const settings = camera?.settings ?? {};
  byId("c-name").value = camera?.name ?? "";
  byId("c-name").readOnly = camera !== null;
  byId("c-source").value = camera?.source ?? "";
  byId("c-fps").value = settings.fps ?? "";
  byId("c-sure").value = settings.min_confidence ?? 0;
  byId("c-again").value = settings.duplicate_s ?? 30;
  byId("c-days").value = camera?.retention_days ?? "";
  byId("c-active").checked = settings.active ?? true;
  byId("remove-camera").hidden = camera === null;
  byId("camera-fault").hidden = true;
  byId("camera-dialog").showModal();
}

const number = (id) => (byId(id).value === "" ? null : Number(byId(id).value));

async function saveCamera(event) {
  event.preventDefault();
  const name = byId("c-name").value.trim();
  const known = cameras.find((camera) => camera.name === name)?.settings ?? {};
  const settings = { ...known, active: byId("c-active").checked, fps: number("c-fps"), min_confidence: number("c-sure") ?? 0, duplicate_s: number("c-again") ?? 30 };
  const json = { source: byId("c-source").value.trim(), settings, retention_days: number("c-days") };
  await settle(() => ask(`/api/v1/cameras/${encodeURIComponent(name)}`, { method: "PUT", json }));
}

async function removeCamera() {
  const name = byId("c-name").value;
  if (!confirm(`Remove the camera ${name}?`)) return;
  await settle(() => ask(`/api/v1/cameras/${encodeURIComponent(name)}`, { method: "DELETE" }));
}

async function settle(act) {
  try {
    await act();
  } catch (error) {
    byId("camera-fault").textContent = error.message;
    byId("camera-fault").hidden = false;
    return;
  }
  byId("camera-dialog").close();
  await loadCameras();
}

if (may("manage")) {
  byId("add-camera").addEventListener("click", () => openCamera());
  byId("camera-form").addEventListener("submit", saveCamera);
  byId("remove-camera").addEventListener("click", removeCamera);
}
start();
