// The dialog in which an operator has a room played again from a round, with something changed.

import { ApiError, get, newKey, post } from "./api.js";
import { element } from "./elements.js";
import { readPrice } from "./offer_form.js";

export class WhatIf {
  constructor(dialog) {
    this.dialog = dialog;
    this.form = dialog.querySelector("[data-what-if]");
    this.api = this.form.dataset.whatIf;
    this.branches = this.form.querySelector("[type=submit]");
    this.form.addEventListener("submit", (event) => this.#submit(event));
    for (const button of this.form.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  }

  /** `round` is where whoever opens it is in the room; the dialog offers the rounds that are over. */
  async open(round = Infinity) {
    this.#complain("");
    this.key = newKey(); // what is sent twice is made once
    this.branches.disabled = true;
    this.dialog.showModal();
    try {
      const { rounds } = await get(`${this.api}/branches`);
      this.#offer(rounds, round);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#complain(error.message);
    }
  }

  #offer(rounds, round) {
    const chosen = rounds.findLast((one) => one <= round) ?? rounds[0];
    this.form.querySelector("[data-rounds]").replaceChildren(...rounds.map((one) => (
      element("option", { value: one, selected: one === chosen }, one ? `the end of round ${one}` : "the beginning"))));
    this.branches.disabled = !rounds.length;
    if (!rounds.length) this.#complain("No round of this room is over yet: there is nothing to branch from.");
  }

  async #submit(event) {
    event.preventDefault();
    this.#complain("");
    this.branches.disabled = true;
    try {
      const made = await post(`${this.api}/branch`, this.#asked(), this.key);
      location.assign(`/rooms/${made.room_id}/`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== "UNREACHABLE") this.key = newKey();
      this.#complain(error.message);
      this.branches.disabled = false;
    }
  }

  /** Only what is different from today is asked for. */
  #asked() {
    const buyer = seatOf(this.form.querySelector("[data-buyer]"));
    const sellers = [...this.form.querySelectorAll("[data-seller]")]
      .map((row) => ({ seller_id: row.dataset.seller, ...seatOf(row) }))
      .filter((one) => one.mind || one.temperament || one.toughness);
    const { after_round: round, seed } = this.form.elements;
    return { after_round: Number(round.value), buyer, sellers, ...(seed.value.trim() && { seed: numberIn(seed) }) };
  }

  #complain(words) {
    const place = this.form.querySelector("[data-what-if-error]");
    place.textContent = words;
    place.hidden = !words;
  }
}

function seatOf(row) {
  const chosen = [...row.querySelectorAll("select")].filter((one) => one.value).map((one) => [one.name, one.value]);
  const typed = [...row.querySelectorAll("input")].filter((one) => one.value !== one.defaultValue).map((one) => [one.name, priceIn(one)]);
  return Object.fromEntries([...chosen, ...typed]);
}

/** What is no number is sent as it is, and refused with its reason. */
function numberIn({ value }) {
  const number = Number(value.trim().replaceAll(",", ""));
  return Number.isFinite(number) ? number : value;
}

/** What is no price is sent as it is, and refused with its reason. */
function priceIn({ value }) {
  return readPrice(value) ?? value;
}
