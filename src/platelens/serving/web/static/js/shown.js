// A picture with the plates that were found in it.

import { draw, make, percent } from "./dom.js";

/**
 * Show the picture at `url` with plates (corners or box, text, confidence, watch) in it. The size
 * is that of the picture as it is displayed, taken from the picture itself.
 */
export function shownPicture(url, plates, alt) {
  const image = make("img", { src: url, alt, decoding: "async" });
  const place = make("div", { class: "shown" }, image);
  const add = () => place.append(overlay(image.naturalWidth, image.naturalHeight, plates));
  if (image.complete && image.naturalWidth) add();
  else image.addEventListener("load", add, { once: true });
  image.addEventListener("error", () => place.replaceChildren(make("p", { class: "empty" }, "The picture is not there any more.")), { once: true });
  return place;
}

function overlay(width, height, plates) {
  const size = Math.max(width / 45, 12);
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    plates.map((plate) => outline(plate, size, width)));
}

function outline(plate, size, width) {
  const corners = plate.corners ?? (plate.box ? boxCorners(plate.box) : null);
  if (!corners) return null;
  const points = corners.map((point) => point.join(",")).join(" ");
  const label = plate.text ? `${plate.text} ${plate.confidence === undefined ? "" : percent(plate.confidence)}`.trim() : "unreadable";
  const long = size * (0.61 * label.length + 0.7);
  const left = Math.min(Math.max(Math.min(...corners.map((point) => point[0])), 0), Math.max(width - long, 0));
  const top = Math.min(...corners.map((point) => point[1]));
  const bottom = Math.max(...corners.map((point) => point[1]));
  const y = top > 1.9 * size ? top - 0.55 * size : bottom + 1.4 * size;
  const isAlert = (plate.watch ?? []).length > 0;
  return draw("g", {},
    draw("polygon", { class: "halo", points }),
    draw("polygon", { class: `outline ${isAlert ? "alert-outline" : ""}`, points }),
    draw("rect", { class: "caption-back", x: left, y: y - 1.1 * size, width: long, height: 1.45 * size, rx: size / 5 }),
    draw("text", { class: "caption", x: left + 0.35 * size, y, "font-size": size }, label));
}

const boxCorners = ([x1, y1, x2, y2]) => [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
