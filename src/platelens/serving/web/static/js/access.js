// People and tokens: the forms work by themselves; this shows times as they are here, and copies.

import { toast } from "./dom.js";
import { shownTime } from "./words.js";

for (const time of document.querySelectorAll("time")) time.replaceWith(shownTime(time.dateTime));

const secret = document.getElementById("secret");
if (secret) {
  secret.focus();
  secret.select();
}
if (secret && navigator.clipboard) {
  const copy = document.getElementById("copy");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(secret.value);
    toast("Copied.", "good");
  });
}
