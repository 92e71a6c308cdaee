// An offer as a card inside the talk: price, quantity, further terms, and what became of it.

import { element } from "./elements.js";
import { count, money, share } from "./format.js";
import { termLines } from "./options.js";

const STATES = {
  pending: "Open", accepted: "Accepted", rejected: "Declined", countered: "Countered", withdrawn: "Taken back", expired: "Expired",
};

export function stateWords(state) {
  return STATES[state] ?? String(state);
}

export function offerCard(offer, currency) {
  return element("div", { class: "offer", "data-offer": offer.offer_id, "data-state": offer.state },
    element("div", { class: "offer-row" },
      element("span", { class: "offer-price number" }, money(offer.price, currency), element("small", {}, offer.is_final ? "final, per unit" : "per unit")),
      element("span", { class: `badge ${offer.state === "accepted" ? "best" : offer.state === "pending" ? "within" : ""}` }, stateWords(offer.state))),
    element("span", { class: "offer-total number" }, `× ${count(offer.quantity)} = ${money(offer.total, currency)}`),
    ...termLines(offer, currency),
    offer.response_message && element("span", { class: "offer-answer" }, `“${offer.response_message}”`),
    advice(offer));
}

/** Only the side that made the offer is told which suggestion it followed. */
function advice({ ai_confidence: confidence, ai_reasoning: reasoning }) {
  if (confidence === null || confidence === undefined) return null;
  const line = `Followed a suggestion, ${share(confidence, 1)} sure`;
  if (!reasoning) return element("span", { class: "offer-terms" }, line);
  return element("details", { class: "offer-why" }, element("summary", {}, line), element("p", {}, reasoning));
}
