// The player of a replay: slider, keys and clock. It knows the place in the record, and not what is shown of it.

import { element } from "./elements.js";
import { eventWords, placeWords } from "./event_words.js";
import { clock, count, exactTime } from "./format.js";

const LONGEST_REST = 4000; // milliseconds: nobody waits for what took hours
const READING = 700; // the least between two messages, which machines write at once
const BETWEEN_MARKS = 26; // pixels
const BY_KEY = 0;
const SPOKEN = new Set(["buyer_message", "seller_response", "negotiation_complete"]);
const KEYS = {
  ArrowLeft: (player) => player.step(-1),
  ArrowRight: (player) => player.step(1),
  PageUp: (player) => player.stepRound(-1),
  PageDown: (player) => player.stepRound(1),
  Home: (player) => player.go(0),
  End: (player) => player.go(player.timeline.length),
};

export class Player {
  /** `onPlace(count, {isNext})` is called with how many events have happened; `isNext`: one more than before. */
  constructor(root, timeline, { onPlace }) {
    Object.assign(this, { root, timeline, onPlace });
    this.slider = this.#part("slider");
    this.marks = this.#part("marks");
    this.playButton = this.#part("play");
    this.count = 0;
    this.speed = 1;
    this.timer = 0;
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.playButton.addEventListener("click", () => this.toggle());
    for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", () => this.#press(button.dataset.go));
    for (const button of root.querySelectorAll("[data-speed]")) button.addEventListener("click", () => this.#setSpeed(Number(button.dataset.speed)));
    document.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#mark()).observe(this.marks);
  }

  get isPlaying() {
    return this.timer !== 0;
  }

  /** The record has grown; who stands at its end stays there. */
  grow() {
    const wasAtEnd = this.count === Number(this.slider.max) && this.count > 0;
    this.slider.max = this.timeline.length;
    this.slider.disabled = this.timeline.length === 0;
    this.#mark();
    if (wasAtEnd && !this.isPlaying) this.#put(this.timeline.length);
    else this.#tell();
  }

  go(place) {
    this.pause();
    this.#put(place);
  }

  step(by) {
    this.go(this.count + by);
  }

  stepRound(by) {
    this.go(this.timeline.roundBeside(this.count, by));
  }

  toggle() {
    if (this.speed === BY_KEY) return this.step(1);
    if (this.isPlaying) return this.pause();
    if (this.count >= this.timeline.length) this.#put(0);
    this.#await();
    this.#tellPlaying();
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.#tellPlaying();
  }

  #await() {
    const next = this.timeline.frames[this.count];
    if (!next) return this.pause();
    this.timer = setTimeout(() => {
      this.#put(this.count + 1);
      this.#await();
    }, rest(this.timeline.frames[this.count - 1], next) / this.speed);
  }

  #put(place) {
    const before = this.count;
    this.count = Math.min(this.timeline.length, Math.max(0, place));
    this.slider.value = this.count;
    this.onPlace(this.count, { isNext: this.count === before + 1 });
    this.#tell();
  }

  #tell() {
    const frame = this.timeline.frames[this.count - 1];
    const room = this.timeline.at(this.count);
    const time = this.#part("event-time");
    time.textContent = frame ? clock(new Date(frame.timestamp)) : "";
    if (frame) {
      time.dateTime = frame.timestamp;
      time.title = exactTime(new Date(frame.timestamp));
    }
    this.#part("event-words").textContent = frame ? eventWords(frame, room) : this.timeline.length ? "Before the first event" : "Nothing has happened yet";
    this.#part("event-count").textContent = `${count(this.count)} of ${count(this.timeline.length)} events`;
    this.slider.setAttribute("aria-valuetext", placeWords(frame, room));
    this.#tellPlaying();
  }

  #tellPlaying() {
    const isAtEnd = this.count >= this.timeline.length;
    const words = this.speed === BY_KEY ? "Next" : this.isPlaying ? "Pause" : isAtEnd && this.count ? "Again" : "Play";
    if (this.playButton.textContent !== words) this.playButton.textContent = words;
    this.playButton.disabled = this.timeline.length === 0;
    for (const button of this.root.querySelectorAll("[data-go]")) {
      button.setAttribute("aria-disabled", button.dataset.go.endsWith("back") ? this.count === 0 : isAtEnd);
    }
  }

  #mark() {
    const { length } = this.timeline;
    const width = this.marks.clientWidth;
    let last = -Infinity;
    this.marks.replaceChildren(...this.timeline.rounds().map(({ round, count: place }) => {
      const isNamed = (place / length) * width - last >= BETWEEN_MARKS;
      if (isNamed) last = (place / length) * width;
      const mark = element("span", { class: "player-mark" }, isNamed ? String(round) : "");
      mark.style.setProperty("--at", place / length);
      return mark;
    }));
  }

  #press(way) {
    const step = way.endsWith("back") ? -1 : 1;
    if (way.startsWith("round")) this.stepRound(step);
    else this.step(step);
  }

  #setSpeed(speed) {
    this.speed = speed;
    for (const button of this.root.querySelectorAll("[data-speed]")) button.setAttribute("aria-pressed", Number(button.dataset.speed) === speed);
    if (speed === BY_KEY) this.pause();
    else if (this.isPlaying) {
      clearTimeout(this.timer);
      this.#await();
    }
    this.#tellPlaying();
  }

  /** What the focused part of the page does with a key comes first. */
  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || this.timeline.length === 0) return;
    const { target } = event;
    const isOnSlider = target === this.slider;
    if (!isOnSlider && target.closest("input, select, textarea, dialog, [role=tab], [data-plot], [data-talk]")) return;
    const act = event.key === " " && !target.closest("button, a, summary") ? (player) => player.toggle() : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(this);
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }
}

/** How long before the next event, at the speed of the record. */
export function rest(before, next) {
  const recorded = before ? new Date(next.timestamp) - new Date(before.timestamp) : 0;
  const least = SPOKEN.has(next.type) ? READING : 0;
  return Math.min(LONGEST_REST, Math.max(least, recorded || 0));
}
