// Draws what is being written: a bubble where the message will stand, with the words so far or the sign that somebody writes.

import { element } from "./elements.js";

/** Drafts are kept from one drawing to the next, so that only their words change; `hue(one)` names a seller's colour. */
export class Drafts {
  constructor(hue) {
    this.hue = hue;
    this.shown = new Map(); // key -> bubble
  }

  clear() {
    for (const bubble of this.shown.values()) bubble.remove();
    this.shown.clear();
  }

  /** `wanted` is [{key, one, place}]: the bubble of `one` is to be the last thing in its place. */
  render(wanted, { isNamed }) {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, bubble] of this.shown) if (!keys.has(key)) this.#drop(key, bubble);
    for (const { key, one, place } of wanted) {
      const bubble = this.shown.get(key) ?? this.#make(key, one, isNamed);
      if (bubble.parentNode !== place) place.append(bubble);
      tell(bubble, one);
    }
  }

  #make(key, one, isNamed) {
    const bubble = element("article", { class: `words draft ${one.kind} ${this.hue(one)}` },
      element("header", { class: "who" },
        element("b", { class: isNamed ? null : "visually-hidden" }, one.name), " ",
        element("span", { class: "faint", "data-doing": "" }),
        element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"))),
      // Words that may yet be replaced are not for a screen reader; the recorded message is.
      element("p", { class: "said", "aria-hidden": "true" }));
    this.shown.set(key, bubble);
    return bubble;
  }

  #drop(key, bubble) {
    bubble.remove();
    this.shown.delete(key);
  }
}

function tell(bubble, { text, place }) {
  bubble.querySelector("[data-doing]").textContent = place ? `waits for the model, place ${place}` : "is writing";
  bubble.querySelector(".dots").hidden = place > 0;
  const said = bubble.querySelector(".said");
  said.hidden = !text;
  if (said.textContent !== text) said.textContent = text;
}
