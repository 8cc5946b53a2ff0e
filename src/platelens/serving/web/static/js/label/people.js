// Who else is at work, and whether they have changed something.

import { byId, icon, make } from "../dom.js";
import { ask } from "../http.js";

const EVERY_MS = 4000;
const PAGE = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** Tell the server where this page is, now and then; `changed` gets the pictures whose labels changed. */
export function meet({ count, where, changed }) {
  const name = byId("my-name");
  name.value = localStorage.getItem("platelens-name") ?? "";
  name.addEventListener("change", () => {
    localStorage.setItem("platelens-name", name.value.trim());
    say();
  });
  byId("people").addEventListener("click", () => byId("people-dialog").showModal());
  let known = count;

  async function say() {
    const json = { page: PAGE, name: name.value.trim(), image: where(), since: known };
    let answer;
    try {
      answer = await ask("/api/presence", { method: "POST", json });
    } catch {
      return; // the saver tells when the server is gone
    }
    show(answer.others, where());
    known = answer.count;
    if (answer.changed.length) await changed(answer.changed);
  }

  setInterval(() => { if (!document.hidden) say(); }, EVERY_MS);
  say();
}

function show(others, image) {
  byId("people-count").textContent = String(others.length + 1);
  const items = others.map((each) => make("li", {}, `${each.name || "Somebody"}: ${each.image}`));
  byId("people-list").replaceChildren(...(items.length ? items : [make("li", { class: "faint" }, "You are alone.")]));
  document.querySelector(".bench .banner")?.remove();
  const here = others.filter((each) => each.image === image);
  if (!here.length) return;
  const names = here.map((each) => each.name).filter(Boolean);
  const unnamed = here.length - names.length;
  if (unnamed) names.push(unnamed > 1 ? `${unnamed} others` : names.length ? "one other" : "Somebody else");
  const words = `${names.join(", ")} ${here.length > 1 ? "are" : "is"} at work on this picture, too`;
  document.querySelector(".bench").append(make("div", { class: "notice banner small", role: "status" }, icon("people"), words));
}
