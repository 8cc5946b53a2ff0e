// A stored read as a card.

import { icon, make, plateText } from "./dom.js";
import { regionName, shownTime, sureness } from "./words.js";

const REVIEWS = { confirmed: ["check", "confirmed"], corrected: ["edit", "corrected"] };

/** Give the card of a read; `choose(event)` hears of its box, which it has only then. */
export function readCard(read, { choose, isNew = false } = {}) {
  const text = read.text || (read.text_hash ? `#${read.text_hash.slice(0, 10)}` : "");
  const link = text
    ? make("a", { class: "plate", href: `/reads/${read.id}` }, text)
    : make("a", { class: "plate none", href: `/reads/${read.id}` }, "unreadable");
  const picture = read.crop ?? read.image;
  return make("li", { class: `card read-card ${isNew ? "new" : ""}`, "data-id": read.id },
    make("div", { class: "crop" }, picture ? make("img", { src: picture, alt: "", loading: "lazy", decoding: "async" }) : icon("picture")),
    make("div", { class: "row spread" }, link,
      choose && make("label", { class: "check choose" }, make("input", { type: "checkbox", value: read.id, onchange: choose }), make("span", { class: "unseen" }, `Choose ${text || "read"} ${read.id}`))),
    make("div", { class: "row spread small" }, sureness(read.confidence), reviewTag(read)),
    make("div", { class: "small faint" }, shownTime(read.time), read.camera && ` · ${read.camera}`, read.region && ` · ${regionName(read.region.code ?? read.region)}`),
    watchTags(read.watch));
}

/** Give what a person said of a read as a tag; null when nobody did. */
export function reviewTag(read) {
  if (!read.review) return null;
  const [name, words] = REVIEWS[read.review.state];
  return make("span", { class: "tag good" }, icon(name), words);
}

/** Give the watch-list entries that a read may be one of. */
export function watchTags(hits = []) {
  if (!hits?.length) return null;
  return make("div", { class: "row" }, hits.map((hit) => make("span", { class: "tag warning", title: `${hit.kind}: ${hit.text}` }, icon("watch"), hit.label || hit.text)));
}

/** Give a plate's text, large. */
export const largePlate = (read) => plateText(read.text || (read.text_hash ? `#${read.text_hash.slice(0, 10)}` : ""), "large");
