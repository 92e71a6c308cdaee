// "Why this price?": a quiet button at an offer, and the reason as far as whoever looks may know it.

import { ApiError, get } from "./api.js";
import { element } from "./elements.js";
import { money } from "./format.js";

const MARGIN = 8;
const NARROW = matchMedia("(max-width: 640px)");
const TITLES = { offer: "Why this price?", accept: "Why was this accepted?", award: "Why this deal?", no_deal: "Why no deal?" };
const BASES = {
  strategy: "By the strategy", model: "Chosen by a model", hand: "Chosen by hand", fallback: "The strategy stood in",
  other: "By a mind of its own",
};

export class Why {
  /** `as` names whose eyes a room is looked at with, as its page has it. */
  constructor({ api, as = "", currency }) {
    this.api = api;
    this.query = query(as);
    this.currency = currency;
    this.known = new Map(); // seq -> what was told; a move and its reason never change
    this.panel = element("section", { class: "why-panel", popover: "auto", tabindex: "-1", role: "dialog", "aria-labelledby": "why-title" });
    document.querySelector("main").append(this.panel);
    this.panel.addEventListener("toggle", ({ newState }) => newState === "closed" && this.#closed());
    addEventListener("resize", () => this.asked && this.#place());
    // A room that goes on moves its talk: the reason stays with its offer.
    document.addEventListener("scroll", () => this.asked && this.#place(), { capture: true, passive: true });
  }

  /** `what` says of which move, to those who do not see where the button stands. */
  button(seq, what) {
    const made = element("button", { type: "button", class: "why", "aria-haspopup": "dialog", "aria-expanded": "false" },
      "Why?", element("span", { class: "visually-hidden" }, ` ${what}`));
    // A press on it has closed the panel before the click is heard of.
    let wasOpen = false;
    made.addEventListener("pointerdown", () => (wasOpen = this.asked === made));
    made.addEventListener("click", () => {
      if (this.asked === made) this.panel.hidePopover();
      else if (!wasOpen) this.#open(made, seq);
      wasOpen = false;
    });
    return made;
  }

  /** At the result of a room that is over. */
  renderEnding(outlook, { decision }) {
    const place = outlook.querySelector(".outlook-main");
    const shown = place.querySelector(".why");
    if (Number(shown?.dataset.seq) === decision?.seq) return;
    shown?.remove();
    if (!decision) return;
    const made = this.button(decision.seq, "The end of the room");
    made.dataset.seq = decision.seq;
    place.prepend(made);
  }

  async #open(button, seq) {
    this.asked?.setAttribute("aria-expanded", "false");
    this.asked = button;
    button.setAttribute("aria-expanded", "true");
    this.#show(this.known.get(seq) ?? null);
    this.panel.focus({ preventScroll: true });
    if (this.known.has(seq)) return;
    const told = await this.#ask(seq);
    if (this.asked === button) this.#show(told);
  }

  #show(told) {
    this.#fill(told);
    if (!this.panel.matches(":popover-open")) this.panel.showPopover();
    this.#place();
    // The sheet of a small screen would cover what it is about.
    const covered = this.asked.getBoundingClientRect().bottom + MARGIN - this.panel.getBoundingClientRect().top;
    if (NARROW.matches && covered > 0) scrollBy(0, covered);
  }

  async #ask(seq) {
    try {
      const told = await get(`${this.api}/why/${seq}${this.query}`);
      this.known.set(seq, told);
      return told;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { problem: error.message };
    }
  }

  #fill(told) {
    const close = element("button", { type: "button", class: "why-close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => this.panel.hidePopover());
    const head = element("header", {}, element("h2", { id: "why-title" }, TITLES[told?.move] ?? "Why?"), close);
    this.panel.setAttribute("aria-busy", told ? "false" : "true");
    this.panel.replaceChildren(head, ...body(told, this.currency));
  }

  /** Beside the button where there is room, as a sheet at the foot of a small screen. */
  #place() {
    if (NARROW.matches) return;
    const at = this.asked.getBoundingClientRect();
    if (!at.width) return; // a talk clears what is far away
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const right = document.documentElement.clientWidth - width - MARGIN;
    const isBelow = at.bottom + height + MARGIN <= innerHeight;
    const top = Math.min(isBelow ? at.bottom + 4 : at.top - height - 4, innerHeight - height - MARGIN);
    this.panel.style.setProperty("--left", `${Math.max(MARGIN, Math.min(at.left, right))}px`);
    this.panel.style.setProperty("--top", `${Math.max(MARGIN, top)}px`);
  }

  #closed() {
    const button = this.asked;
    this.asked = null;
    button?.setAttribute("aria-expanded", "false");
    // Who looked elsewhere meanwhile stays there.
    if (button && (document.activeElement === document.body || this.panel.contains(document.activeElement))) button.focus({ preventScroll: true });
  }
}

function body(told, currency) {
  if (!told) return [element("p", { class: "soft", role: "status" }, "Working it out…")];
  if (told.problem) return [element("p", { class: "field-error", role: "alert" }, told.problem)];
  const figures = told.figures.map(({ name, value, unit }) => element("tr", {},
    element("th", { scope: "row" }, name),
    element("td", { class: "number right" }, unit === "percent" ? `${value} %` : money(value, currency))));
  return [
    BASES[told.basis] && element("p", { class: "why-basis" }, BASES[told.basis]),
    ...told.sentences.map((sentence) => element("p", {}, sentence)),
    figures.length && element("table", {}, element("caption", { class: "visually-hidden" }, "The figures"), element("tbody", {}, ...figures)),
  ].filter(Boolean);
}

function query(as) {
  const [type, id = ""] = as === "xray" ? [""] : as.split(":");
  return type ? `?${new URLSearchParams({ agent_type: type, agent_id: id })}` : "";
}
