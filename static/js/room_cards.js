// Cards that show rooms of their own accord: frames are folded as they come, and what changed is drawn at most once a
// frame, a slice of the work at a time, so that sixty rooms do not hold up the page.

import { fold, newRoom } from "./room_state.js";

const FRAME = 16;
const SLICE = 8; // milliseconds of work before the browser may paint again

export class RoomCards {
  /** `draw(card, room)` is called with a card and its room as folded so far. */
  constructor(draw) {
    this.draw = draw;
    this.cards = new Map(); // room id -> element
    this.rooms = new Map(); // room id -> folded room
    this.frames = [];
    this.changed = new Set();
    this.timer = 0;
  }

  add(id, card) {
    this.cards.set(id, card);
    this.rooms.set(id, { ...newRoom(), status: card.dataset.status, currency: card.dataset.currency });
  }

  has(id) {
    return this.cards.has(id);
  }

  take(frame) {
    this.frames.push(frame);
    this.#workSoon();
  }

  #workSoon() {
    // No animation frame: a page in the background goes on too, only slower.
    if (!this.timer) this.timer = setTimeout(() => this.#work(), FRAME);
  }

  #work() {
    this.timer = 0;
    const until = performance.now() + SLICE;
    let done = 0;
    while (done < this.frames.length && performance.now() < until) this.#fold(this.frames[done++]);
    this.frames.splice(0, done);
    for (const id of this.changed) {
      this.changed.delete(id);
      this.draw(this.cards.get(id), this.rooms.get(id));
      if (performance.now() >= until) break;
    }
    if (this.frames.length || this.changed.size) this.#workSoon();
  }

  #fold(frame) {
    const room = this.rooms.get(frame.room_id);
    if (!room) return;
    const folded = fold(room, frame);
    // A card shows no talk: what was said would be kept and copied for nothing.
    this.rooms.set(frame.room_id, folded.entries.length ? { ...folded, entries: [] } : folded);
    this.changed.add(frame.room_id);
  }
}
