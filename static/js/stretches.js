// A long talk in stretches, of which only those near the viewport are drawn. The others keep their height, and their words
// as plain text that nobody sees: what searches the page or reads it out finds them.

import { element } from "./elements.js";

const NEAR = 1; // in heights of the viewport, above and below it
const FAR = 3;
const MOST_PASSES = 6;
// Browsers that keep the place themselves when something above it grows do so without breaking off a scroll.
const KEEPS_PLACE = CSS.supports("overflow-anchor", "auto");

export class Stretches {
  /**
   * `draw(stretch)` fills its place, `clear(stretch)` is told before it is emptied, `heightOf(stretch)` guesses before it
   * was ever drawn, and `textOf(entry)` is an entry's words.
   */
  constructor(scroller, { draw, clear, heightOf, textOf }) {
    Object.assign(this, { scroller, draw, clear, heightOf, textOf });
    this.list = [];
    this.isQueued = false;
    scroller.addEventListener("scroll", () => this.#later(), { passive: true });
    new ResizeObserver(() => this.#later()).observe(scroller);
  }

  forget() {
    this.list = [];
  }

  /** A stretch in its section, at the end of what is there. */
  add(section) {
    const stretch = { section, place: element("div", { class: "stretch" }), entries: [], isDrawn: false, height: null };
    section.append(stretch.place);
    let at = this.list.length;
    while (at > 0 && isBefore(stretch.place, this.list[at - 1].place)) at -= 1;
    this.list.splice(at, 0, stretch);
    return stretch;
  }

  remove(section) {
    this.list = this.list.filter((one) => one.section !== section);
    section.remove();
  }

  show(stretch) {
    if (stretch.isDrawn) return;
    stretch.isDrawn = true;
    stretch.place.classList.remove("is-away");
    stretch.place.style.removeProperty("height");
    stretch.place.replaceChildren();
    this.draw(stretch);
  }

  /** New entries of a stretch that is not drawn. */
  tell(stretch) {
    stretch.height = this.heightOf(stretch);
    this.#putAway(stretch);
  }

  /** Draws what is near the viewport, however much lower it turns out than was guessed. */
  settle() {
    for (let pass = 0; pass < MOST_PASSES && this.#showNear(); pass += 1);
    this.#clearFar();
  }

  settleAtEnd() {
    const { scroller } = this;
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      scroller.scrollTop = scroller.scrollHeight;
      if (!this.#showNear()) break;
    }
    this.#clearFar();
  }

  #later() {
    if (this.isQueued || !this.list.length) return;
    this.isQueued = true;
    requestAnimationFrame(() => {
      this.isQueued = false;
      this.#keepingPlace(() => this.#showNear());
      this.#clearFar();
    });
  }

  #showNear() {
    const [top, bottom] = this.#reach(NEAR);
    const wanted = [];
    for (let at = this.#firstBelow(top); at < this.list.length; at += 1) {
      const one = this.list[at];
      if (one.place.getBoundingClientRect().top > bottom) break;
      if (!one.isDrawn) wanted.push(one);
    }
    for (const one of wanted) this.show(one);
    return wanted.length > 0;
  }

  /** The newest words stay, and what somebody has in hand: the focus, a selection, words being written. */
  #clearFar() {
    const [top, bottom] = this.#reach(FAR);
    if (isSelecting(this.scroller)) return;
    const far = this.list.slice(0, -2).filter((one) => one.isDrawn).filter((one) => {
      const box = one.place.getBoundingClientRect();
      one.height = box.height;
      return (box.bottom < top || box.top > bottom) && !one.place.contains(document.activeElement) && !one.place.querySelector(".draft");
    });
    for (const one of far) {
      this.clear(one);
      one.isDrawn = false;
      this.#putAway(one);
    }
  }

  #putAway({ place, height, entries }) {
    place.classList.add("is-away");
    place.style.setProperty("height", `${height}px`);
    place.replaceChildren(element("p", {}, entries.map(this.textOf).join("\n")));
  }

  #reach(heights) {
    const { top, bottom, height } = this.scroller.getBoundingClientRect();
    return [top - heights * height, bottom + heights * height];
  }

  /** The first stretch that ends below this line. */
  #firstBelow(line) {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle].place.getBoundingClientRect().bottom < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #keepingPlace(change) {
    const anchor = KEEPS_PLACE ? null : this.list[this.#firstBelow(this.scroller.getBoundingClientRect().top)]?.place;
    const before = anchor?.getBoundingClientRect().bottom;
    change();
    if (anchor) this.scroller.scrollTop += anchor.getBoundingClientRect().bottom - before;
  }
}

function isBefore(one, other) {
  return Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
}

function isSelecting(place) {
  const selection = document.getSelection();
  return !selection.isCollapsed && place.contains(selection.anchorNode);
}
