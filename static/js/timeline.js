// A room at any moment of its record: the fold of its first frames, with the room kept every so often on the way.

import { fold, foldAll, newRoom } from "./room_state.js";

const APART = 200; // frames between two rooms that are kept

export class Timeline {
  /** `base` is what the page knows of the room before any frame. */
  constructor(base = {}) {
    this.frames = [];
    this.base = { ...newRoom(), ...base };
    this.kept = [this.base];
    this.latest = this.end = { count: 0, room: this.base };
    this.isOpened = false;
  }

  /** Who takes part, without where the room stands now: that is told by the frames. */
  open(connected) {
    if (this.isOpened) return;
    this.isOpened = true;
    const beginning = { ...connected, status: "pending", current_round: 0, last_seq: 0 };
    this.kept = [fold(this.base, beginning)];
    this.latest = this.end = { count: 0, room: this.kept[0] };
  }

  add(frame) {
    this.frames.push(frame);
  }

  get length() {
    return this.frames.length;
  }

  /** The room after all frames. */
  get whole() {
    if (this.end.count < this.length) this.end = this.#place(this.length, this.end);
    return this.end.room;
  }

  /** The room after so many frames. */
  at(count) {
    this.latest = this.#place(count, this.latest);
    return this.latest.room;
  }

  /** How many frames there are up to the one of that number. */
  countUpTo(seq) {
    let [low, high] = [0, this.frames.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.frames[middle].seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** [{round, count}]: after how many frames each round has begun. */
  rounds() {
    return this.frames.flatMap((frame, index) => (frame.type === "round_start" ? [{ round: frame.round_number, count: index + 1 }] : []));
  }

  /** After how many frames the round before or after this place begins: the beginning and the end count as well. */
  roundBeside(count, step) {
    const places = [0, ...this.rounds().map((one) => one.count), this.length];
    return step < 0 ? places.findLast((place) => place < count) ?? 0 : places.find((place) => place > count) ?? this.length;
  }

  /** From what was asked for last, where that is nearer than what is kept. */
  #place(count, last) {
    const place = Math.floor(count / APART);
    while (this.kept.length <= place) this.kept.push(this.#further(this.kept.at(-1), (this.kept.length - 1) * APART, this.kept.length * APART));
    const isNearer = last.count <= count && last.count >= place * APART;
    const from = isNearer ? last : { count: place * APART, room: this.kept[place] };
    return { count, room: this.#further(from.room, from.count, count) };
  }

  #further(room, from, to) {
    return to > from ? foldAll(room, this.frames.slice(from, to)) : room;
  }
}
