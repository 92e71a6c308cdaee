// What a word on the page means: shown beside it on hover, focus and tap, hidden by Escape, never cut off by a frame.

import { element } from "./elements.js";

const MARGIN = 8;

export function explainOnDemand(root = document) {
  const bubble = element("div", { class: "explanation", popover: "manual" });
  root.querySelector("main").append(bubble);
  for (const asked of root.querySelectorAll(".explained")) {
    const words = root.getElementById(asked.getAttribute("aria-describedby")).textContent;
    const show = () => showBeside(bubble, asked, words);
    const hide = () => bubble.hidePopover();
    asked.addEventListener("pointerenter", show);
    asked.addEventListener("focus", show);
    asked.addEventListener("click", show);
    asked.addEventListener("blur", hide);
    asked.addEventListener("pointerleave", (event) => {
      if (!bubble.contains(event.relatedTarget) && root.activeElement !== asked) hide();
    });
  }
  bubble.addEventListener("pointerleave", () => bubble.hidePopover());
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") bubble.hidePopover();
  });
  root.addEventListener("scroll", () => bubble.hidePopover(), { passive: true });
}

function showBeside(bubble, asked, words) {
  bubble.textContent = words;
  bubble.showPopover();
  const place = asked.getBoundingClientRect();
  const room = document.documentElement.clientWidth - bubble.offsetWidth - MARGIN;
  const below = place.bottom + bubble.offsetHeight + MARGIN <= window.innerHeight;
  bubble.style.setProperty("left", `${Math.max(MARGIN, Math.min(place.left, room))}px`);
  bubble.style.setProperty("top", `${below ? place.bottom : place.top - bubble.offsetHeight}px`);
}
