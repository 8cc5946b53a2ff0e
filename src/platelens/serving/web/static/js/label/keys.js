// One table of keys: what they do, and what the overlay says of them.

import { byId, make } from "../dom.js";

const TYPING = "input:not([type=checkbox]), textarea, select";

/**
 * Listen to keys. A binding is [keys, words, run]: a key is as "Shift+A" or "ArrowLeft"; `words`
 * are shown in the overlay, "" = not.
 */
export function listen(bindings, whileTyping) {
  const table = new Map(bindings.flatMap(([keys, , run]) => keys.map((key) => [key, run])));
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    const name = nameOf(event);
    const isTyping = event.target.matches?.(TYPING);
    if (isTyping && !whileTyping.has(name)) return;
    // Beside the picture, arrows move in lists and move what is seen.
    if (event.key.startsWith("Arrow") && !event.target.matches("body") && !event.target.closest(".bench")) return;
    // Enter and space belong to the button that has the focus.
    if (event.target.matches?.("button, a, summary") && (name === "Enter" || name === " ")) return;
    const run = table.get(name);
    if (!run) return;
    event.preventDefault();
    run(event);
  });
  byId("keys").replaceChildren(...bindings.filter(([, words]) => words).map(([keys, words]) =>
    make("div", {}, make("dt", {}, ...shown(keys)), make("dd", {}, words))));
}

function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isSign = event.key.length === 1 && event.key.toUpperCase() === event.key.toLowerCase();
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && !isSign ? "Shift" : "", key];
  return parts.filter(Boolean).join("+");
}

const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "Page up", PageDown: "Page down", " ": "Space", Escape: "Esc" };

function shown(keys) {
  const words = keys.map((key) => key.split("+").map((part) => NAMES[part] ?? part).join("+") || "+");
  return words.flatMap((word, i) => (i ? [" ", make("kbd", {}, word)] : [make("kbd", {}, word)]));
}
