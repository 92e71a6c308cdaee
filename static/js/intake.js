// Takes in frames as they come, many at a time, and never for so long that the page stands still.

import { together } from "./growing.js";

const LONGEST = 12; // milliseconds

export class Intake {
  /** `take(frame)` gets each frame once and in order. */
  constructor(take) {
    this.take = take;
    this.waiting = [];
    this.next = 0;
    this.isQueued = false;
  }

  add(frame) {
    this.waiting.push(frame);
    this.#soon();
  }

  #soon() {
    if (this.isQueued) return;
    this.isQueued = true;
    setTimeout(() => {
      this.isQueued = false;
      try {
        together(() => this.#work(performance.now() + LONGEST));
      } finally {
        this.#goOn();
      }
    }, 0);
  }

  #work(until) {
    while (this.next < this.waiting.length && performance.now() < until) {
      this.next += 1;
      this.take(this.waiting[this.next - 1]);
    }
  }

  #goOn() {
    if (this.next < this.waiting.length) return this.#soon();
    this.waiting = [];
    this.next = 0;
  }
}
