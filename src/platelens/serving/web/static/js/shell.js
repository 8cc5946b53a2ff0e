// What every page of the service has: the menu of narrow windows, and dialogs.

import { closeDialogs } from "./dom.js";

document.documentElement.classList.add("has-script");
const menu = document.getElementById("menu");
const nav = document.getElementById("nav");
menu?.addEventListener("click", () => {
  menu.setAttribute("aria-expanded", String(nav.classList.toggle("open")));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of document.querySelectorAll("details.menu[open]")) details.open = false;
  if (nav?.classList.contains("open")) menu.click();
});
document.addEventListener("click", (event) => {
  for (const details of document.querySelectorAll("details.menu[open]")) {
    if (!details.contains(event.target)) details.open = false;
  }
});
closeDialogs();
