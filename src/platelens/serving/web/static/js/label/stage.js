// The picture with its plates: drawn, dragged, zoomed, by mouse, pen and finger.

import { draw, make } from "../dom.js";
import { cornersOf, inOrder, moveCorner, rectangle } from "./shapes.js";

const CLICK_PX = 5;
const LARGEST = 40; // screen pixels for one of the picture
const GRIP_PX = { mouse: 9, pen: 12, touch: 22 };

export class Stage {
  /**
   * `hooks`: select(plate number or -1, corner or -1), take(proposal number), drawn(corners, free),
   * moved(number, corners, isEnd).
   */
  constructor(place, hooks) {
    this.place = place;
    this.hooks = hooks;
    this.tool = "box";
    this.size = null; // of the picture
    this.scene = { plates: [], proposals: [], selected: -1, corner: -1 };
    this.view = { x: 0, y: 0, w: 1, h: 1 };
    this.pointers = new Map();
    this.action = null;
    this.clicked = []; // corners so far
    this.photo = draw("image", { x: 0, y: 0, preserveAspectRatio: "none" });
    this.layer = draw("g");
    this.svg = draw("svg", { "aria-hidden": "true" }, this.photo, this.layer);
    this.message = make("div", { class: "message" });
    place.append(this.svg, this.message);
    for (const [name, work] of Object.entries({
      pointerdown: (event) => this.#down(event), pointermove: (event) => this.#move(event),
      pointerup: (event) => this.#up(event), pointercancel: (event) => this.#cancel(event),
      contextmenu: (event) => event.preventDefault(),
    })) this.svg.addEventListener(name, work);
    this.svg.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.photo.addEventListener("load", () => this.say(""));
    this.photo.addEventListener("error", () => this.say("The picture cannot be shown."));
    new ResizeObserver(() => this.#resized()).observe(place);
  }

  /** Show another picture; `size` is its width and height. */
  open(url, size) {
    const isNew = this.photo.getAttribute("href") !== url;
    this.size = size;
    this.photo.setAttribute("width", size.width);
    this.photo.setAttribute("height", size.height);
    if (isNew) {
      this.say("loading …");
      this.photo.setAttribute("href", url);
    }
    this.clicked = [];
    this.action = null;
    this.fit();
  }

  say(words) {
    this.message.textContent = words;
  }

  setTool(tool) {
    this.tool = tool;
    this.clicked = [];
    this.place.className = `stage tool-${tool}`;
    this.render();
  }

  render(scene = this.scene) {
    this.scene = scene;
    if (!this.size) return;
    const parts = [];
    scene.proposals.forEach((each, i) => parts.push(this.#outline(cornersOf(each), "proposal", { proposal: i }, each.text)));
    scene.plates.forEach((plate, i) => {
      if (i !== scene.selected) parts.push(this.#plate(plate, i));
    });
    const chosen = scene.plates[scene.selected];
    if (chosen) parts.push(this.#plate(chosen, scene.selected), ...this.#handles(cornersOf(chosen)));
    if (this.action?.sketch) parts.push(this.#outline(this.action.sketch, "sketch", {}, ""));
    for (const [x, y] of this.clicked) parts.push(this.#dot(x, y, "handle"));
    this.layer.replaceChildren(...parts);
  }

  /** Show the whole picture. */
  fit() {
    this.#frame([0, 0, this.size.width, this.size.height], 0.02);
  }

  /** Show a plate as large as is sensible. */
  zoomTo(box) {
    const width = Math.max(box[2] - box[0], 2.5 * (box[3] - box[1]));
    this.#frame(box, 0.6, width);
  }

  zoom(factor, at = null) {
    const { x, y, w, h } = this.view;
    const [cx, cy] = at ?? [x + w / 2, y + h / 2];
    const least = this.place.clientWidth / LARGEST;
    const most = 4 * Math.max(this.size.width, this.size.height * (w / h));
    const width = Math.min(Math.max(w / factor, least), most);
    const share = width / w;
    this.view = { x: cx - (cx - x) * share, y: cy - (cy - y) * share, w: width, h: h * share };
    this.#show();
  }

  /** Give the middle of what is seen, and its width, inside of the picture. */
  visible() {
    const { x, y, w, h } = this.view;
    const left = Math.max(0, x), top = Math.max(0, y);
    const right = Math.min(this.size.width, x + w), bottom = Math.min(this.size.height, y + h);
    return { centre: [(left + right) / 2, (top + bottom) / 2], width: Math.max(right - left, 8) };
  }

  get scale() {
    return this.place.clientWidth / this.view.w;
  }

  #frame([x1, y1, x2, y2], margin, least = 0) {
    const width = this.place.clientWidth || 1, height = this.place.clientHeight || 1;
    const w0 = Math.max(x2 - x1, least) * (1 + 2 * margin), h0 = (y2 - y1) * (1 + 2 * margin);
    const w = Math.max(w0, (h0 * width) / height);
    const h = (w * height) / width;
    this.view = { x: (x1 + x2 - w) / 2, y: (y1 + y2 - h) / 2, w, h };
    this.#show();
  }

  #show() {
    const { x, y, w, h } = this.view;
    this.svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    this.render();
  }

  #resized() {
    if (!this.size || !this.place.clientWidth) return;
    const { x, y, w, h } = this.view;
    const next = (w * this.place.clientHeight) / this.place.clientWidth;
    this.view = { x, y: y + (h - next) / 2, w, h: next };
    this.#show();
  }

  #plate(plate, i) {
    const kind = `${i === this.scene.selected ? "selected" : ""} ${plate.not_a_plate ? "not-a-plate" : ""}`;
    const text = plate.not_a_plate ? "" : plate.text === null ? "unreadable" : plate.text || "?";
    return this.#outline(cornersOf(plate), kind.trim(), { plate: i }, text);
  }

  #outline(corners, kind, data, text) {
    const points = corners.map((point) => point.join(",")).join(" ");
    const parts = [draw("polygon", { class: "halo", points }), draw("polygon", { class: "outline", points })];
    for (const [name, value] of Object.entries(data)) parts[1].dataset[name] = value;
    if (text) parts.push(...this.#caption(corners, text));
    return draw("g", { class: kind }, parts);
  }

  #caption(corners, text) {
    const size = 13 / this.scale;
    const x = Math.min(...corners.map((point) => point[0]));
    const y = Math.min(...corners.map((point) => point[1])) - 0.5 * size;
    const width = size * (0.62 * text.length + 0.7);
    return [
      draw("rect", { class: "caption-back", x, y: y - 1.15 * size, width, height: 1.45 * size, rx: size / 5 }),
      draw("text", { class: "caption", x: x + size * 0.35, y, "font-size": size }, text),
    ];
  }

  #handles(corners) {
    return corners.map(([x, y], i) => {
      const dot = this.#dot(x, y, `handle ${i === this.scene.corner ? "chosen" : ""}`);
      const grip = draw("circle", { class: "grip", cx: x, cy: y, r: GRIP_PX.touch / this.scale });
      grip.dataset.corner = i;
      return draw("g", {}, dot, grip);
    });
  }

  #dot(x, y, cls) {
    return draw("circle", { class: cls, cx: x, cy: y, r: 5 / this.scale });
  }

  #point(event) {
    const rect = this.svg.getBoundingClientRect();
    return [this.view.x + (event.clientX - rect.left) / this.scale, this.view.y + (event.clientY - rect.top) / this.scale];
  }

  #inside([x, y]) {
    return [Math.min(Math.max(x, 0), this.size.width), Math.min(Math.max(y, 0), this.size.height)];
  }

  #down(event) {
    if (!this.size) return;
    this.place.focus({ preventScroll: true });
    this.svg.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 2) {
      this.#revert();
      this.action = { kind: "pinch", before: this.#fingers() };
      return;
    }
    if (this.pointers.size > 2) return;
    this.action = this.#begin(event);
  }

  #begin(event) {
    const start = this.#point(event);
    const common = { start, screen: [event.clientX, event.clientY], view: { ...this.view }, isClick: true };
    if (event.button === 1 || event.button === 2) return { ...common, kind: "pan" };
    const { plates, selected } = this.scene;
    const corner = this.#cornerAt(event);
    if (corner >= 0 && this.tool !== "corners") {
      return { ...common, kind: "corner", plate: selected, corner, before: cornersOf(plates[selected]) };
    }
    const data = event.target.dataset ?? {};
    if (this.tool === "corners") return { ...common, kind: "click" };
    if (data.proposal !== undefined) return { ...common, kind: "proposal", proposal: Number(data.proposal) };
    if (data.plate !== undefined) {
      const plate = Number(data.plate);
      return { ...common, kind: "plate", plate, before: cornersOf(plates[plate]) };
    }
    return { ...common, kind: this.tool === "hand" ? "pan" : "box" };
  }

  /** Give the nearest corner of the selected plate that a finger or pointer has hit, -1 if none. */
  #cornerAt(event) {
    const chosen = this.scene.plates[this.scene.selected];
    if (!chosen) return -1;
    const [x, y] = this.#point(event);
    const reach = (GRIP_PX[event.pointerType] ?? GRIP_PX.mouse) / this.scale;
    const far = cornersOf(chosen).map((point) => Math.hypot(point[0] - x, point[1] - y));
    const nearest = far.indexOf(Math.min(...far));
    return far[nearest] <= reach ? nearest : -1;
  }

  #move(event) {
    if (!this.pointers.has(event.pointerId)) return;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    const action = this.action;
    if (!action) return;
    if (action.kind === "pinch") {
      this.#pinch(action);
      return;
    }
    if (Math.hypot(event.clientX - action.screen[0], event.clientY - action.screen[1]) > CLICK_PX) action.isClick = false;
    if (action.isClick) return;
    const at = this.#point(event);
    if (action.kind === "pan") this.#pan(event, action);
    else if (action.kind === "box") {
      action.sketch = rectangle(this.#inside(action.start), this.#inside(at));
      this.render();
    } else this.#drag(action, at, false);
  }

  #drag(action, at, isEnd) {
    if (action.kind === "corner") {
      const plate = this.scene.plates[action.plate];
      const box = [...action.before[0], ...action.before[2]];
      this.hooks.moved(action.plate, moveCorner({ corners: plate.corners && action.before, box }, action.corner, this.#inside(at)), isEnd);
    } else if (action.kind === "plate") {
      const dx = at[0] - action.start[0], dy = at[1] - action.start[1];
      this.hooks.moved(action.plate, action.before.map(([x, y]) => [x + dx, y + dy]), isEnd);
    }
  }

  #pan(event, action) {
    const scale = this.place.clientWidth / action.view.w;
    const dx = (event.clientX - action.screen[0]) / scale, dy = (event.clientY - action.screen[1]) / scale;
    this.view = { ...action.view, x: action.view.x - dx, y: action.view.y - dy };
    this.#show();
  }

  #pinch(action) {
    if (this.pointers.size < 2) return;
    const now = this.#fingers();
    const { before } = action;
    const rect = this.svg.getBoundingClientRect();
    this.view.x -= (now.x - before.x) / this.scale;
    this.view.y -= (now.y - before.y) / this.scale;
    const at = [this.view.x + (now.x - rect.left) / this.scale, this.view.y + (now.y - rect.top) / this.scale];
    this.zoom(now.apart / Math.max(before.apart, 1), at);
    action.before = now;
  }

  #fingers() {
    const [[x1, y1], [x2, y2]] = [...this.pointers.values()];
    return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, apart: Math.hypot(x1 - x2, y1 - y2) };
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const action = this.action;
    if (this.pointers.size || !action) return;
    this.action = null;
    if (action.kind === "pinch") return;
    if (action.isClick) this.#click(action);
    else if (action.kind === "box") this.hooks.drawn(action.sketch, false);
    else if (action.kind !== "pan") this.#drag(action, this.#point(event), true);
    this.render();
  }

  #click(action) {
    if (action.kind === "click") this.#addCorner(this.#inside(action.start));
    else if (action.kind === "corner") this.hooks.select(action.plate, action.corner);
    else if (action.kind === "plate") this.hooks.select(action.plate, -1);
    else if (action.kind === "proposal") this.hooks.take(action.proposal);
    else this.hooks.select(-1, -1);
  }

  #addCorner(point) {
    this.clicked.push(point);
    if (this.clicked.length < 4) return;
    const corners = inOrder(this.clicked);
    this.clicked = [];
    this.hooks.drawn(corners, true);
  }

  /** Take back what the first finger did before the second one came. */
  #revert() {
    const action = this.action;
    if (action?.before && !action.isClick && action.kind !== "pinch") this.hooks.moved(action.plate, action.before, true);
    if (action?.kind === "pan") this.view = action.view;
    this.action = null;
    this.render();
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    this.#revert();
  }

  #wheel(event) {
    event.preventDefault();
    if (!this.size) return;
    const step = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
    this.zoom(Math.exp(-step * (event.ctrlKey ? 0.01 : 0.002)), this.#point(event));
  }
}
