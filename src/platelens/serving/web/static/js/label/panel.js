// The plates of the picture as a list of forms, and what the models propose.

import { byId, draw, icon, make, percent } from "../dom.js";
import { cornersOf, normalise } from "./shapes.js";

const LEAST = 0.01; // of a text that is worth a look
const CLOSE_UP = { width: 320, height: 120 };

export class Panel {
  /**
   * `hooks`: select(number), edit(kind, number, change), remove(number), take(proposal),
   * typed() (the text is finished), free(number) (a box gets corners of its own).
   */
  constructor(hooks) {
    this.hooks = hooks;
    this.shown = ""; // what the form was made for: it is not made anew under the one who types
  }

  render({ work, url, selected, proposals, hint }) {
    const plates = work?.plates ?? [];
    byId("no-plates").hidden = !work || plates.length > 0;
    const key = JSON.stringify([work?.image, selected, plates.length]);
    if (key === this.shown && selected >= 0) this.#update(plates, selected);
    else {
      const cards = plates.map((plate, i) => this.#card(plate, i, i === selected));
      byId("plates").replaceChildren(...cards);
      this.shown = key;
    }
    if (selected >= 0 && plates[selected]) this.#show(plates[selected], work, url, hint);
    byId("proposals-section").hidden = proposals.length === 0;
    byId("proposals").replaceChildren(...proposals.map((each, i) => this.#proposal(each, i)));
  }

  /** Put the cursor into the text of the selected plate; false when there is none. */
  type() {
    const field = document.getElementById("plate-text");
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  #card(plate, i, isOpen) {
    const head = make("button", { type: "button", "aria-expanded": String(isOpen), onclick: () => this.hooks.select(isOpen ? -1 : i) },
      make("span", { class: "faint mono" }, String(i + 1)), this.#title(plate));
    return make("li", { class: `plate-card ${isOpen ? "open" : ""}` }, head, isOpen && this.#form(i));
  }

  #title(plate) {
    if (plate.not_a_plate) return make("span", { class: "faint" }, "not a plate");
    if (plate.text === null) return make("span", { class: "plate none" }, "unreadable");
    return plate.text ? make("span", { class: "plate" }, plate.text) : make("span", { class: "tag warning" }, icon("edit"), "to type");
  }

  #form(i) {
    const edit = (kind, change) => this.hooks.edit(kind, i, change);
    this.closeUp = draw("svg", { class: "close-up", viewBox: `0 0 ${CLOSE_UP.width} ${CLOSE_UP.height}`, role: "img", "aria-label": "The plate, larger" });
    this.text = make("input", {
      id: "plate-text", class: "text-field", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 32,
      "aria-describedby": "plate-hint",
      oninput: (event) => this.#typed(event, edit),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        if (!this.text.value && this.hintText) this.#take(this.hintText);
        this.hooks.typed();
      },
    });
    this.hintLine = make("div", { class: "row", id: "plate-hint" });
    this.rows = make("select", { id: "plate-rows", onchange: (event) => edit("", (plate) => ({ ...plate, rows: Number(event.target.value) })) },
      make("option", { value: 1 }, "1"), make("option", { value: 2 }, "2"));
    this.region = make("input", {
      id: "plate-region", autocomplete: "off", autocapitalize: "none", spellcheck: "false", placeholder: "us-ca",
      pattern: "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})?", maxlength: 12,
      onchange: (event) => {
        const code = event.target.value.trim().toLowerCase();
        if (!event.target.checkValidity()) return;
        edit("", ({ region: _, ...plate }) => (code ? { ...plate, region: code } : plate));
      },
    });
    const check = (id, words, change) => make("label", { class: "check small" }, make("input", { type: "checkbox", id, onchange: (event) => edit("", (plate) => change(plate, event.target.checked)) }), words);
    return make("div", { class: "plate-body" },
      this.closeUp,
      make("div", { class: "field" }, make("label", { for: "plate-text" }, "Text"), this.text, this.hintLine),
      make("div", { class: "pair" },
        make("div", { class: "field" }, make("label", { for: "plate-rows" }, "Rows"), this.rows),
        make("div", { class: "field" }, make("label", { for: "plate-region" }, "Region"), this.region)),
      make("div", { class: "row" },
        check("plate-unreadable", "Unreadable", (plate, on) => ({ ...plate, text: on ? null : "" })),
        check("plate-other", "Other script too", (plate, on) => ({ ...plate, other_script: on })),
        check("plate-not", "Not a plate", ({ not_a_plate: _, ...plate }, on) => (on ? { ...plate, not_a_plate: true } : plate))),
      make("div", { class: "row spread small" },
        this.free = make("button", { type: "button", class: "plain", title: "Corners of its own (O)", onclick: () => this.hooks.free(i) }, icon("corners"), make("span", {}, "Free corners")),
        make("button", { type: "button", class: "danger", title: "Remove (Delete)", onclick: () => this.hooks.remove(i) }, icon("trash"), "Remove")));
  }

  #typed(event, edit) {
    const field = event.target;
    const before = normalise(field.value.slice(0, field.selectionStart)).length;
    const text = normalise(field.value);
    if (field.value !== text) {
      field.value = text;
      field.setSelectionRange(before, before);
    }
    edit("text", (plate) => ({ ...plate, text }));
  }

  #update(plates, selected) {
    [...byId("plates").children].forEach((card, i) => {
      card.firstChild.lastChild.replaceWith(this.#title(plates[i]));
      card.classList.toggle("open", i === selected);
    });
  }

  #show(plate, work, url, hint) {
    const text = plate.text ?? "";
    if (this.text.value !== text) this.text.value = text;
    this.text.disabled = plate.text === null || plate.not_a_plate === true;
    this.rows.value = String(plate.rows ?? 1);
    if (document.activeElement !== this.region) this.region.value = plate.region ?? "";
    byId("plate-unreadable").checked = plate.text === null;
    byId("plate-other").checked = plate.other_script === true;
    byId("plate-not").checked = plate.not_a_plate === true;
    this.free.lastChild.textContent = plate.corners?.length === 4 ? "Back to a box" : "Free corners";
    this.#hint(hint, plate);
    this.#magnify(plate, work, url);
  }

  #hint(hint, plate) {
    const candidates = (hint?.candidates ?? []).filter((each) => each.text && each.text !== plate.text && each.confidence >= LEAST).slice(0, 4);
    this.hint = hint;
    this.hintText = hint?.readable && plate.text === "" ? hint.text : "";
    this.text.placeholder = this.hintText;
    const chips = candidates.map((each) => make("button", {
      type: "button", class: "chip mono", title: "Take this text",
      onclick: () => this.#take(each.text),
    }, each.text, make("span", { class: "faint small" }, percent(each.confidence))));
    const words = hint?.waiting ? "reading …" : candidates.length ? "" : hint ? "the models agree" : "";
    const agrees = hint && !hint.waiting && !candidates.length && plate.text;
    this.hintLine.replaceChildren(...chips, ...(words && (hint.waiting || agrees) ? [make("span", { class: "faint small" }, words)] : []));
  }

  /** Take a text that the models have read, with the rows and the region that go with it. */
  #take(text) {
    const { rows, region } = this.hint;
    this.hooks.edit("", this.#selected(), (old) => ({ ...old, text, rows: rows ?? old.rows, ...(region && !old.region ? { region } : {}) }));
  }

  #selected() {
    return [...byId("plates").children].findIndex((card) => card.classList.contains("open"));
  }

  /** Show the plate upright: the picture, so moved that three of its corners are in their place. */
  #magnify(plate, { picture }, url) {
    const [tl, tr, , bl] = cornersOf(plate);
    const ux = [tr[0] - tl[0], tr[1] - tl[1]], uy = [bl[0] - tl[0], bl[1] - tl[1]];
    const cross = ux[0] * uy[1] - ux[1] * uy[0];
    const long = Math.hypot(...ux), high = Math.hypot(...uy);
    if (!long || !high || Math.abs(cross) < 1e-3) return;
    const scale = Math.min((CLOSE_UP.width * 0.86) / long, (CLOSE_UP.height * 0.8) / high);
    const sx = (scale * long) / cross, sy = (scale * high) / cross;
    const a = uy[1] * sx, c = -uy[0] * sx, b = -ux[1] * sy, d = ux[0] * sy;
    const x0 = (CLOSE_UP.width - scale * long) / 2, y0 = (CLOSE_UP.height - scale * high) / 2;
    const e = x0 - a * tl[0] - c * tl[1], f = y0 - b * tl[0] - d * tl[1];
    const photo = draw("image", { href: url, width: picture.width, height: picture.height, preserveAspectRatio: "none", transform: `matrix(${[a, b, c, d, e, f].join(" ")})` });
    this.closeUp.replaceChildren(photo);
  }

  #proposal(each, i) {
    const sure = each.confidence === undefined ? "" : percent(each.confidence);
    return make("li", { class: "row spread" },
      make("span", { class: "row" }, each.readable ? make("span", { class: "plate" }, each.text) : make("span", { class: "plate none" }, "unreadable"), make("span", { class: "faint small" }, [sure, each.region].filter(Boolean).join(" · "))),
      make("button", { type: "button", onclick: () => this.hooks.take(i) }, icon("check"), "Take", make("span", { class: "unseen" }, each.text)));
  }
}
