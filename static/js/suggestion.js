// The suggestion for the next move: what it is, why, how likely it is taken, and what the market says.

import { sumWords } from "./desk_words.js";
import { element } from "./elements.js";
import { count, money, share } from "./format.js";
import { termsWithin } from "./options.js";

export class Suggestion {
  /** `ask()` fetches one; `onUse({action, draft})` opens the move that it suggests. */
  constructor(root, { currency, ask, onUse }) {
    Object.assign(this, { root, currency, ask, onUse });
    this.place = root.querySelector("[data-suggested]");
    this.button = root.querySelector("[data-suggest]");
    this.about = null; // what was on the table when it was asked
  }

  /** A suggestion goes with what it answered: after another offer it would mislead. */
  render(negotiation) {
    this.legal = negotiation.legal_actions;
    this.root.hidden = !this.legal.includes("offer") && !this.legal.includes("accept");
    const now = negotiation.offers.map((offer) => `${offer.offer_id}${offer.state}`).join();
    if (this.about !== null && this.about !== now) {
      this.about = null;
      this.place.replaceChildren();
    }
    this.now = now;
  }

  async askFor() {
    this.button.disabled = true;
    this.place.replaceChildren(element("p", { class: "soft small" }, "Thinking it over…"));
    try {
      const found = await this.ask();
      this.about = this.now;
      this.place.replaceChildren(...this.#parts(found));
    } catch (error) {
      this.place.replaceChildren();
      throw error;
    } finally {
      this.button.disabled = false;
    }
  }

  #parts(found) {
    const offer = { price: found.suggested_price, quantity: found.suggested_quantity };
    const isAccept = found.action === "accept";
    const use = element("button", { type: "button", class: "button small primary" }, isAccept ? "Accept the offer…" : "Use this…");
    const advice = { confidence: found.confidence, reasoning: found.reasoning };
    use.addEventListener("click", () => this.onUse({ action: found.action, draft: { ...offer, terms: found.terms, advice } }));
    const further = termsWithin(found.terms);
    return [
      element("p", { class: "suggested" }, element("strong", {}, isAccept ? "Accept: " : "Offer: "), element("span", { class: "number" }, sumWords(offer, this.currency)), further && `, ${further}`),
      element("p", { class: "small" }, found.reasoning),
      element("dl", { class: "facts" },
        fact("Likely to be taken", likely(found.acceptance_probability)),
        fact("Sure of it", share(found.confidence, 1)),
        found.market_comparison && fact("Market", this.#market(found.market_comparison))),
      this.legal.includes(isAccept ? "accept" : "offer") && element("div", { class: "actions" }, use),
    ].filter(Boolean);
  }

  #market({ market_price: price, difference_pct: difference, n, window_days: days }) {
    const apart = difference ? `${Math.abs(difference).toFixed(1)} % ${difference < 0 ? "below" : "above"} it` : "level with it";
    const basis = days ? `${counted(n, "deal")} in ${counted(days, "day")}` : `${counted(n, "asking price")} now`;
    return [money(price, this.currency), element("small", { class: "beneath" }, ` ${apart}; ${basis}`)];
  }
}

function counted(number, what) {
  return `${count(number)} ${what}${number === 1 ? "" : "s"}`;
}

function likely(probability) {
  if (probability < 0.01) return "under 1 %";
  return probability > 0.99 ? "over 99 %" : share(probability, 1);
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, ...[value].flat()));
}
