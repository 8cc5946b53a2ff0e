// The pictures of the folder: how far each is, and which are looked for.

import { byId, icon, make } from "../dom.js";

const KINDS = {
  all: () => true,
  open: (each) => !each.done,
  done: (each) => each.done,
  empty: (each) => each.plates === 0,
  untyped: (each) => each.open > 0,
};

export class PictureList {
  /** `open(image)` is called when a picture is chosen. */
  constructor(open) {
    this.openPicture = open;
    this.pictures = [];
    this.current = "";
    byId("filter").addEventListener("input", () => this.render());
    byId("which").addEventListener("change", () => this.render());
  }

  set(pictures) {
    this.pictures = pictures;
    this.render();
  }

  /** Take what the server tells of some pictures. */
  update(changed) {
    for (const state of changed) {
      const each = this.find(state.image);
      if (!each || Object.entries(state).every(([key, value]) => each[key] === value)) continue;
      Object.assign(each, state);
      this.#redraw(each);
    }
    this.#count();
  }

  find(image) {
    return this.pictures.find((each) => each.image === image);
  }

  /** Note how far the current picture is, before the server tells. */
  note(image, { plates, done }) {
    const each = this.find(image);
    if (!each) return;
    const real = plates.filter((plate) => !plate.not_a_plate);
    const next = { plates: real.length, done, open: real.filter((plate) => plate.text === "").length, texts: real.map((plate) => plate.text).filter(Boolean).join(" ") };
    if (Object.entries(next).every(([key, value]) => each[key] === value)) return;
    Object.assign(each, next);
    this.#redraw(each);
    this.#count();
  }

  #redraw(each) {
    const shown = [...byId("picture-list").querySelectorAll("button")].find((button) => button.dataset.image === each.image);
    if (!shown) return;
    const hadFocus = shown === document.activeElement;
    const next = this.#button(each);
    shown.replaceWith(next);
    if (hadFocus) next.focus();
  }

  select(image) {
    this.current = image;
    for (const button of byId("picture-list").querySelectorAll("button")) {
      const is = button.dataset.image === image;
      button.setAttribute("aria-current", String(is));
      if (is) button.scrollIntoView({ block: "nearest" });
    }
  }

  /** Give the picture that is `step` further in what is listed; null at the end. */
  neighbour(step) {
    const listed = this.#listed();
    const at = listed.findIndex((each) => each.image === this.current);
    if (at < 0) return listed[0]?.image ?? null;
    return listed[at + step]?.image ?? null;
  }

  /** Give the next picture that is not done, from the start again after the last; null if none. */
  nextOpen() {
    const at = this.pictures.findIndex((each) => each.image === this.current);
    const after = [...this.pictures.slice(at + 1), ...this.pictures.slice(0, Math.max(at, 0))];
    return after.find((each) => !each.done)?.image ?? null;
  }

  #listed() {
    const words = byId("filter").value.trim().toLowerCase();
    const plate = words.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const kind = KINDS[byId("which").value];
    return this.pictures.filter((each) => kind(each) && (!words || each.image.toLowerCase().includes(words) || (plate && each.texts.includes(plate))));
  }

  render() {
    const listed = this.#listed();
    const rows = listed.map((each) => make("li", {}, this.#button(each)));
    byId("picture-list").replaceChildren(...(rows.length ? rows : [make("li", { class: "faint small empty" }, "No picture is like that.")]));
    this.#count();
  }

  #button(each) {
    const name = each.done ? "done" : each.plates ? "part" : "open";
    const parts = [each.done ? "done" : each.plates ? "begun" : "open", each.texts || (each.plates ? `${each.plates} without text` : "")];
    return make("button", {
      type: "button", class: each.done ? "is-done" : "", "data-image": each.image, title: each.image,
      "aria-current": String(each.image === this.current), onclick: () => this.openPicture(each.image),
    }, icon(name), make("span", { class: "name" }, each.image), make("span", { class: "state" }, parts.filter(Boolean).join(" · ")));
  }

  #count() {
    const done = this.pictures.filter((each) => each.done).length;
    byId("progress").max = Math.max(this.pictures.length, 1);
    byId("progress").value = done;
    byId("progress-words").textContent = `${done} of ${this.pictures.length} done`;
  }
}
