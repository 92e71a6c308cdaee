// The offer that was read from somebody's words: a card that is only words until it is confirmed.

import { sumWords } from "./desk_words.js";
import { element } from "./elements.js";
import { termsWithin } from "./options.js";
import { isPlayedByHand } from "./standing.js";

export class Proposal {
  /** `onOffer(offer)` makes it an offer; `onChange(offer)` opens it for changes first. */
  constructor(place, { currency, party, onOffer, onChange }) {
    Object.assign(this, { place, currency, party, onOffer, onChange, read: null, negotiation: null });
  }

  propose(read) {
    this.read = read;
    if (this.negotiation) this.render(this.negotiation);
  }

  /** Drawn anew only when something about it has changed, so that its buttons keep the focus. */
  render(negotiation) {
    this.negotiation = negotiation;
    const isMine = isPlayedByHand(negotiation, this.party);
    const canOffer = negotiation.legal_actions.includes("offer");
    const told = JSON.stringify([this.read, isMine, canOffer]);
    if (this.place.dataset.told === told) return;
    this.place.dataset.told = told;
    this.place.hidden = !this.read;
    this.place.replaceChildren(...(this.read ? this.#parts(isMine, canOffer) : []));
  }

  #parts(isMine, canOffer) {
    const { price, quantity, terms, reading } = this.read;
    const offer = { price, quantity, ...(Object.keys(terms ?? {}).length ? { terms } : {}) };
    const further = termsWithin(terms);
    return [
      element("p", {}, element("strong", { class: "number" }, sumWords(offer, this.currency)), further && `, ${further}`),
      element("p", { class: "soft small" }, reading),
      isMine && !canOffer && element("p", { class: "small" }, "You can make it an offer when it is your move."),
      element("div", { class: "actions" },
        this.#button(isMine ? "Offer this" : "Take over and offer this", "primary", isMine && !canOffer, () => this.onOffer(offer)),
        this.#button("Change…", "", !isMine || !canOffer, () => this.onChange(offer)),
        this.#button("Only words", "quiet", false, () => this.propose(null))),
    ].filter(Boolean);
  }

  #button(words, look, disabled, act) {
    const button = element("button", { type: "button", class: `button small ${look}`, disabled }, words);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await act();
      button.disabled = disabled;
    });
    return button;
  }
}
