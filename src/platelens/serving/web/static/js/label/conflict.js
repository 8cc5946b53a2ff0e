// Two people have changed one picture: the second one decides.

import { byId, make, plateText } from "../dom.js";
import { isSamePlate } from "./shapes.js";

/**
 * Ask what shall become of `mine`, a Work, now that the server has `theirs`; it is changed so.
 * Nothing is stored before: until then the labels of the other stand.
 */
export function settleConflict(mine, theirs) {
  const dialog = byId("conflict-dialog");
  const other = theirs.record.plates;
  const isDone = theirs.record.done === true;
  byId("conflict-mine").replaceChildren(...items(mine.plates));
  byId("conflict-theirs").replaceChildren(...items(other));
  return new Promise((settle) => {
    const choose = (plates, done) => () => {
      mine.markSaved(JSON.stringify({ plates: other, done: isDone }), theirs.revision);
      mine.edit("", (work) => {
        work.plates = structuredClone(plates);
        work.done = done;
      });
      dialog.close();
      settle();
    };
    const lacking = mine.plates.filter((plate) => !other.some((each) => isSamePlate(plate, each)));
    byId("keep-mine").onclick = choose(mine.plates, mine.done);
    byId("keep-theirs").onclick = choose(other, isDone);
    byId("keep-both").onclick = choose([...other, ...lacking], isDone);
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
}

function items(plates) {
  if (!plates.length) return [make("li", { class: "faint" }, "no plate")];
  return plates.map((plate) => make("li", {}, plate.text === "" ? make("span", { class: "faint" }, "without text") : plateText(plate.text)));
}
