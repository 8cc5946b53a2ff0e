// The first page: pictures in, plates out.

import { byId, icon, make, percent, plateText, toast } from "./dom.js";
import { ask } from "./http.js";
import { watchTags } from "./cards.js";
import { shownPicture } from "./shown.js";
import { count, regionName, sureness } from "./words.js";

const results = byId("results");
const drop = byId("upload");
let waiting = Promise.resolve();
let left = 0;

/** Read pictures one after the other, so that the first is shown while the others wait. */
function take(files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/") || /\.tiff?$/i.test(file.name));
  if (!pictures.length) {
    toast("That is no picture.", "bad");
    return;
  }
  left += pictures.length;
  tell();
  for (const file of pictures) {
    const place = make("article", { class: "card stack small-gap", "aria-busy": "true" },
      make("h2", {}, file.name || "Pasted picture"),
      make("p", { class: "faint row" }, icon("wait", "spin"), "reading …"));
    results.prepend(place);
    waiting = waiting.then(() => read(file, place)).finally(() => { left -= 1; tell(); });
  }
}

function tell() {
  byId("progress").textContent = left ? `${count(left, "picture")} to read …` : "";
}

async function read(file, place) {
  const form = new FormData();
  form.append("upload", file, file.name || "pasted.png");
  form.append("keep", byId("keep").checked ? "true" : "false");
  const camera = byId("camera").value.trim();
  if (camera) form.append("camera", camera);
  const title = place.firstChild;
  try {
    const [found] = (await ask("/api/v1/read", { method: "POST", body: form })).images;
    place.replaceChildren(title, ...shown(file, found));
  } catch (error) {
    place.replaceChildren(title, make("p", { class: "notice bad" }, icon("warn"), make("span", {}, error.message)));
  }
  place.removeAttribute("aria-busy");
}

function shown(file, found) {
  const plates = found.plates ?? [];
  const words = `${count(plates.length, "plate")} in ${Math.round(found.ms.total)} ms · ${found.width} × ${found.height}`;
  const canShow = !/\.tiff?$/i.test(file.name);
  const url = canShow ? URL.createObjectURL(file) : "";
  const alt = plates.length ? `Plates: ${plates.map((plate) => plate.text || "unreadable").join(", ")}` : "No plate was found";
  const picture = canShow ? shownPicture(url, plates, alt) : make("p", { class: "faint" }, "Browsers do not show TIFF pictures.");
  const list = plates.length
    ? make("ul", { class: "found-plates" }, plates.map(plateOf))
    : make("p", { class: "empty" }, "No plate was found.");
  return [make("p", { class: "faint small" }, words), make("div", { class: "found" }, picture, list)];
}

function plateOf(plate) {
  const others = plate.candidates.filter((each) => each.text !== plate.text && each.confidence >= 0.001).slice(0, 4);
  return make("li", {},
    make("div", { class: "row" }, plate.readable ? plateText(plate.text, "large") : plateText("", "large"), sureness(plate.confidence)),
    plate.region && make("span", { class: "tag" }, `${regionName(plate.region.code, plate.region.name)} ${percent(plate.region.confidence)}`),
    watchTags(plate.watch),
    others.length > 0 && make("details", {}, make("summary", {}, count(others.length, "other reading")),
      make("table", { class: "candidate-table" }, make("tbody", {}, others.map((each) => make("tr", {}, make("td", { class: "mono" }, each.text), make("td", { class: "number faint" }, `${(each.confidence * 100).toFixed(1)} %`)))))),
    plate.id !== null && plate.id !== undefined && make("a", { href: `/reads/${plate.id}` }, `Kept as read ${plate.id}`));
}

const chooser = byId("files");
function takeChosen() {
  if (chooser.files.length) take(chooser.files);
  chooser.value = "";
}
chooser.addEventListener("change", takeChosen);
takeChosen(); // what was chosen before this script was there
drop.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length) take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) take(event.clipboardData.files);
});
