// The ways to look at the room again: replay, and what if.

import { WhatIf } from "./what_if.js";

export class LookingBack {
  constructor() {
    this.link = document.querySelector("[data-replay-link]");
    this.opens = document.querySelector("[data-what-if-opens]");
    const form = document.querySelector("[data-what-if]");
    this.whatIf = form && new WhatIf(form.closest("dialog"));
    this.opens?.addEventListener("click", () => this.whatIf?.open());
  }

  render(room) {
    if (this.link) this.link.hidden = room.lastSeq === 0;
    if (this.opens) this.opens.hidden = room.round === 0;
  }
}
