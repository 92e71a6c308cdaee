// Where a thread stands: whose move it is, what is on the table, until when, and which moves are open; in the end the deal.

import { capital, holderWords, priceWords, tellLeft } from "./desk_words.js";
import { element } from "./elements.js";
import { count, lostWords, money, reasonWords, statusWords, units } from "./format.js";
import { stateWords } from "./offer_card.js";
import { nameOfTerm, orWords, termsLine, termsWithin } from "./options.js";

const OVER = new Set(["deal", "no_deal", "expired", "cancelled", "failed", "closed"]);
const NO_DEAL = { no_deal: "No deal", expired: "Time was up", cancelled: "Cancelled", failed: "Failed", closed: "Closed" };
const BUTTONS = [["accept", "Accept…"], ["offer", "Make an offer…"], ["reject", "Decline…"], ["withdraw", "Take my offer back…"], ["walk_away", "Walk away…"]];

export function isOver(negotiation) {
  return OVER.has(negotiation.status);
}

/** Whether whoever looks on at that side's page moves for it, and no agent or program. */
export function isPlayedByHand(negotiation, party) {
  return Boolean(party) && negotiation.holders[party] === "person";
}

export class Standing {
  constructor(root, { party, own, other, currency, onMove, onTake }) {
    Object.assign(this, { root, party, own, other, currency, onMove, onTake });
  }

  render(negotiation, { mayMove }) {
    const told = isOver(negotiation) ? this.#ending(negotiation) : this.#open(negotiation, mayMove);
    this.root.dataset.tone = told.tone ?? "";
    this.#part("standing-label").textContent = told.label;
    this.#part("standing-price").replaceChildren(...(told.offer ? [money(told.offer.price, this.currency), " ", element("small", {}, "per unit")] : [element("small", {}, isOver(negotiation) ? "" : "No offer yet")]));
    this.#part("standing-terms").textContent = told.offer ? this.#termsOf(told.offer) : "";
    this.#part("standing-words").replaceChildren(...[told.words].flat());
    this.#options(told.offer, mayMove && this.#mayAccept(negotiation, told.offer));
    this.#clock(negotiation.waiting);
    this.#moves(negotiation, mayMove);
    const facts = this.#part("deal-facts");
    facts.hidden = !told.facts?.length;
    facts.replaceChildren(...(told.facts ?? []).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  }

  #open(negotiation, mayMove) {
    const { status, live_offer: live, own_offer: own, turn } = negotiation;
    if (status === "pending") return { label: "Not started", words: "The room waits to be started." };
    if (status === "paused") return { label: "Paused", offer: live ?? own, words: "Nothing happens until somebody resumes the room." };
    if (!this.party) return this.#lookedOn(negotiation);
    if (mayMove && negotiation.holders[this.party] !== "person") {
      return { label: live ? `${this.other} offers` : "Your agent negotiates", offer: live ?? own, words: `${capital(holderWords(negotiation.holders[this.party]))} moves for ${this.own}. Take over to move yourself.` };
    }
    if (turn === this.party) return this.#ownMove(negotiation);
    const whose = `It is for ${this.other} to move; ${holderWords(negotiation.holders[this.party === "buyer" ? "seller" : "buyer"])} does so for it.`;
    return { label: own ? "Your offer stands" : live ? `${this.other} offers` : `${this.other} moves first`, offer: own ?? live, words: whose };
  }

  #ownMove({ live_offer: live, asking_price: ask }) {
    if (live) return { tone: "yours", label: `Your move: ${this.other} offers`, offer: live, words: live.is_final ? "It says that this is its last offer." : "Accept it, answer with an offer of your own, or decline." };
    const asked = this.party === "buyer" && ask ? ` ${this.other} asks ${money(ask, this.currency)}.` : "";
    return { tone: "yours", label: "Your move", words: `Nothing is on the table. Make an offer.${asked}` };
  }

  #lookedOn({ offers, turn, holders }) {
    const latest = offers.findLast((offer) => offer.state === "pending" || offer.state === "accepted");
    const waits = turn ? `It is for the ${turn} to move; ${holderWords(holders[turn])} does so for it.` : "Nobody has to move now.";
    return { label: latest ? `The ${latest.party} offers` : "Nothing is on the table", offer: latest, words: waits };
  }

  #ending({ status, outcome, counterparty, trade_number: trade }) {
    if (status !== "deal" || !outcome) return { tone: "no-deal", label: NO_DEAL[status] ?? statusWords(status), words: lostWords(outcome?.reason) || "Nothing was agreed in this thread." };
    const words = [reasonWords(outcome.reason), ...(trade ? [" ", element("a", { class: "nowrap", href: `/trades/${encodeURIComponent(trade)}/` }, `Trade ${trade}`)] : [])];
    const disclosed = [["Legal name", counterparty?.legal_name], ["Contact", counterparty?.contact]].filter(([, told]) => told);
    const facts = [["Quantity", units(outcome.quantity)], ["Total", money(outcome.total, this.currency)], ...disclosed];
    return { tone: "deal", label: `Deal with ${this.other}`, offer: outcome, words, facts };
  }

  #termsOf(offer) {
    return [priceWords(offer, this.currency), `${money(offer.total, this.currency)} in total`, termsWithin(offer.terms)].filter(Boolean).join(", ");
  }

  #mayAccept(negotiation, offer) {
    return isPlayedByHand(negotiation, this.party) && negotiation.legal_actions.includes("accept") && offer === negotiation.live_offer;
  }

  /** What may be taken instead, each with its button for whoever may; buttons keep their focus while nothing changes. */
  #options(offer, mayTake) {
    const place = this.#part("standing-options");
    const packages = offer?.packages ?? [];
    const told = JSON.stringify([offer?.offer_id, packages, mayTake]);
    if (place.dataset.told === told) return;
    place.dataset.told = told;
    place.hidden = !packages.length;
    place.replaceChildren(...packages.map((option, index) => element("li", {},
      element("span", {}, ...orWords(option, this.currency)), mayTake && this.#taking(option, index + 1))));
  }

  #taking(option, number) {
    const button = element("button", { type: "button", class: "button small", "data-package": number, "aria-label": `Accept package ${number}, ${money(option.price, this.currency)}` }, "Accept this…");
    button.addEventListener("click", () => this.onMove("accept", number));
    return button;
  }

  #clock(waiting) {
    const place = this.#part("clock");
    place.hidden = !waiting?.expires_at;
    if (place.hidden) return;
    const time = place.querySelector("time") ?? place.appendChild(element("time", { "data-countdown": "" }));
    time.dateTime = waiting.expires_at;
    tellLeft(time);
    place.dataset.whose = waiting.party === this.party ? "own" : "other";
  }

  /** Buttons keep their places and focus while the moves stay the same. */
  #moves(negotiation, mayMove) {
    const place = this.#part("moves");
    const byHand = mayMove && isPlayedByHand(negotiation, this.party);
    const shown = byHand ? BUTTONS.filter(([action]) => negotiation.legal_actions.includes(action)) : [];
    const canTake = mayMove && !byHand && !isOver(negotiation) && negotiation.status !== "pending";
    const told = JSON.stringify([shown, canTake, Boolean(negotiation.live_offer)]);
    if (place.dataset.told === told) return;
    place.dataset.told = told;
    const buttons = shown.map(([action, words]) => this.#button(action, action === "offer" && negotiation.live_offer ? "Counter…" : words, !negotiation.live_offer));
    if (canTake) {
      const take = element("button", { type: "button", class: "button primary" }, "Take over");
      take.addEventListener("click", () => this.onTake());
      buttons.push(take);
    }
    place.replaceChildren(...buttons);
  }

  #button(action, words, isFirst) {
    const look = action === "accept" || (action === "offer" && isFirst) ? " primary" : action === "walk_away" ? " danger" : "";
    const button = element("button", { type: "button", class: `button${look}`, "data-move": action }, words);
    button.addEventListener("click", () => this.onMove(action));
    return button;
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }
}

export function renderHead(negotiation, { own, other, party }) {
  const sign = document.querySelector("[data-thread-status]");
  sign.dataset.status = negotiation.status;
  sign.textContent = negotiation.status === "closed" ? "Closed" : statusWords(negotiation.status);
  const [mine, theirs] = party === "seller" ? ["seller", "buyer"] : ["buyer", "seller"];
  const names = party ? [own, other] : ["the buyer", "the seller"];
  document.querySelector("[data-holders]").textContent = isOver(negotiation)
    ? ""
    : `${capital(holderWords(negotiation.holders[mine]))} moves for ${names[0]}, ${holderWords(negotiation.holders[theirs])} for ${names[1]}`;
}

export function renderSeat(root, negotiation, party) {
  const holder = negotiation.holders[party];
  root.hidden = isOver(negotiation) || negotiation.status === "pending";
  root.querySelector("[data-seat-words]").textContent = holder === "person" ? "You move by hand. The agent takes over again when you give the seat back." : `${capital(holderWords(holder))} moves here.`;
  root.querySelector("[data-take]").hidden = holder === "person";
  root.querySelector("[data-give]").hidden = holder === "agent";
  const auto = root.querySelector("[data-auto]");
  auto.hidden = holder === "agent";
  const told = JSON.stringify(negotiation.auto_accept);
  if (auto.dataset.told === told) return;
  auto.dataset.told = told;
  const rule = negotiation.auto_accept;
  auto.elements.enabled.checked = Boolean(rule);
  auto.querySelector("[data-auto-terms]").hidden = !rule;
  if (!rule) return;
  auto.elements.target_price.value = rule.target_price;
  auto.elements.tolerance_pct.value = rule.tolerance_pct;
  auto.elements.min_quantity_pct.value = rule.min_quantity_pct;
}

const LIMITS = {
  buyer: [["min_price_per_unit", "Lowest price"], ["max_price_per_unit", "Highest price"], ["target_price", "Target"], ["approve_above", "Approval above"]],
  seller: [["selling_price", "Asking price"], ["least_price", "Lowest price"], ["cost_price", "Cost"]],
};

export function renderLimits(root, { your_limits: limits, currency }, party) {
  root.hidden = !limits || !party;
  if (root.hidden) return;
  const facts = LIMITS[party].filter(([key]) => limits[key] !== null).map(([key, name]) => fact(name, money(limits[key], currency)));
  if (party === "seller") facts.push(fact("In stock", count(limits.stock)));
  facts.push(...Object.entries(limits.terms ?? {}).map(([name, range]) => termFact(name, range, limits.term_worth?.[name], currency)));
  root.querySelector("dl").replaceChildren(...facts);
}

/** Between which values the side takes a further term, and what a step in its favour is worth to it. */
function termFact(name, [low, high], worth, currency) {
  const range = low === high ? count(low) : `${count(low)} to ${count(high)}`;
  if (!worth) return fact(nameOfTerm(name), range);
  const better = `each ${worth < 0 ? "less" : "more"} is worth ${money(Math.abs(worth), currency)} a unit`;
  return fact(nameOfTerm(name), element("span", {}, range, element("span", { class: "beneath" }, better)));
}

export function renderOffers(root, { offers, currency }, { party, own, other }) {
  root.hidden = !offers.length;
  const nameOf = (offer) => (party ? (offer.party === party ? own : other) : capital(offer.party));
  root.querySelector("tbody").replaceChildren(...offers.toReversed().flatMap((offer) => [
    element("tr", {},
      element("th", { scope: "row" }, nameOf(offer), element("span", { class: "beneath" }, offer.made_by)),
      element("td", { class: "right" }, money(offer.price, currency), element("span", { class: "beneath" }, `× ${count(offer.quantity)}`)),
      element("td", { class: "right" }, money(offer.total, currency)),
      element("td", {}, stateWords(offer.state))),
    ...offersTerms(offer)]));
}

/** In a row of their own: they are longer than a column is wide. */
function offersTerms({ terms, packages }) {
  const more = packages?.length ? `or ${packages.length} other${packages.length > 1 ? "s" : ""}` : "";
  const words = [termsLine(terms), more].filter(Boolean).join(", ");
  return words ? [element("tr", { class: "offer-more" }, element("td", { colspan: 4 }, words))] : [];
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}
