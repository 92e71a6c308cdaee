// The pace of the room: how fast it plays, and one round at a time.

import { post } from "./api.js";
import { element } from "./elements.js";

const STARTED = new Set(["queued", "active", "waiting", "paused"]);

export class Pacing {
  constructor({ api, attempt, say }) {
    Object.assign(this, { api, attempt, say });
    this.place = document.querySelector("[data-pace]");
    if (!this.place) return;
    this.speed = this.place.querySelector("[data-speed]");
    this.nextRound = document.querySelector("[data-next-round]");
    this.sessionSeconds = Number(this.place.dataset.sessionSeconds);
    this.isSending = false;
    this.shown = {};
    this.speed.addEventListener("change", () => this.#sendSpeed());
    this.nextRound.addEventListener("click", () => this.attempt(null, () => post(`${api}/step`)));
  }

  render(room) {
    if (!this.place) return;
    this.room = room;
    const isStarted = STARTED.has(room.status);
    this.place.hidden = !isStarted;
    this.nextRound.hidden = !isStarted;
    this.#showStep(room.pace.pauseAfter);
    // What somebody is about to choose is not taken out of their hands.
    if (!this.isSending) this.#showSpeed(room.pace.turnSeconds ?? this.sessionSeconds);
  }

  #showSpeed(seconds) {
    if (this.shown.seconds === seconds && Number(this.speed.value) === seconds) return;
    this.shown.seconds = seconds;
    const options = [...this.speed.options];
    for (const option of options) if (option.dataset.own !== undefined && Number(option.value) !== seconds) option.remove();
    if (!options.some((option) => Number(option.value) === seconds)) {
      this.speed.append(element("option", { value: seconds, "data-own": true }, `${seconds} s a turn`));
    }
    this.speed.value = String(seconds);
  }

  #showStep(round) {
    if (this.shown.round === round) return;
    this.shown.round = round;
    const words = round === null ? "" : `Pauses after round ${round}`;
    this.nextRound.title = words || "Play one more round, then pause";
    this.nextRound.classList.toggle("is-under-way", round !== null);
    if (words) this.say(`${words}.`);
  }

  /** By keyboard several are gone through quickly; the one it stays at counts. The control is never switched off. */
  async #sendSpeed() {
    if (this.isSending) return;
    this.isSending = true;
    let sent;
    let isTaken;
    do {
      sent = this.speed.value;
      isTaken = await this.attempt(null, () => post(`${this.api}/pace`, { turn_seconds: Number(sent) }));
    } while (isTaken && this.speed.value !== sent);
    this.isSending = false;
    if (!isTaken) this.render(this.room);
  }
}
