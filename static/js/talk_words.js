// The bubbles of a talk: who speaks, the words, and the offers in them as cards.

import { BADGES, badgeOf } from "./badges.js";
import { element } from "./elements.js";
import { change, count, exactTime, money, total, units } from "./format.js";
import { isAboutTerms, termLines } from "./options.js";
import { badge } from "./room_state.js";
import { standInReason, voiceWords } from "./voices.js";

const STATES = { accepted: "Accepted", withdrawn: "Withdrawn", expired: "Expired", rejected: "Declined" };
const ACTS = { accept: "Accepts the bid", reject: "Rejects the offer", withdraw: "Takes the offer back", walk_away: "Leaves the room" };
const MOST_PIECES = 200;

/**
 * One message, or a note, with these of its offers. `manner` tells how: {room, isMerged, isArriving, onAsk, why}.
 * What is arriving comes word by word; the rest is there at once.
 */
export function bubble(entry, offers, manner) {
  if (entry.kind === "note") return element("p", { class: "note" }, entry.text);
  const made = element("article", { class: `words ${entry.kind} ${hueOf(manner.room, entry.kind, entry.sellerIds[0])}${offers.length ? " with-offer" : ""}` },
    who(entry, manner),
    said(entry, manner.isArriving),
    ...offers.map((offer) => card(entry, offer, manner)));
  if (manner.isArriving && !entry.begun) arrive(made);
  return made;
}

export function hueOf(room, kind, sellerId) {
  return kind === "seller" ? `seller-${room.sellers.findIndex((one) => one.id === sellerId) + 1}` : "";
}

/** What changes on a card already shown: the badge, in the place kept for it. */
export function refreshCard(place, { offer, kind }, room) {
  const state = room.offerStates[offer.offerId];
  const one = kind === "seller" && !STATES[state] ? room.sellers.find((known) => known.id === offer.sellerId) : null;
  const name = one ? badge(room, one, offer) : null;
  const told = `${state ?? ""} ${name ?? ""}`;
  if (place.dataset.told === told) return;
  place.dataset.told = told;
  place.dataset.state = state ?? "";
  const words = STATES[state] ? [element("span", { class: `badge ${state === "accepted" ? "best" : ""}` }, STATES[state])] : badgeOf(name, isAboutTerms(room) ? { ...BADGES, best: "Lowest price" } : BADGES);
  place.querySelector(".offer-badge").replaceChildren(...words);
}

/** The message in a line of plain text. */
export function plainWords(entry, currency) {
  const prices = entry.offers.map((offer) => money(offer.price, currency));
  return [entry.name && `${entry.name}:`, entry.text, ...prices].filter(Boolean).join(" ");
}

function who(entry, { room, isMerged, onAsk }) {
  const toAll = entry.sellerIds.length === room.sellers.length && room.sellers.length > 1;
  const to = isMerged && entry.kind === "buyer" ? (toAll ? "to all" : `to ${names(room, entry.sellerIds)}`) : null;
  // In a lane the side says who speaks; the name is there for those who do not see it.
  const isNamed = isMerged || entry.isInterjection;
  const line = element("header", { class: "who" },
    element("b", { class: isNamed ? null : "visually-hidden" }, entry.name),
    to && element("span", {}, to),
    ACTS[entry.action] && element("span", { class: "act" }, ACTS[entry.action]),
    voice(entry, onAsk));
  if (entry.at) line.title = exactTime(new Date(entry.at));
  return line;
}

/** Whose words they are; where a model was to find them, a button to what it was asked. */
function voice(entry, onAsk) {
  const words = voiceWords(entry.voice);
  if (!words) return null;
  if (!onAsk || (entry.voice !== "model" && !entry.fallback)) return element("span", { class: "voice" }, words);
  const why = standInReason(entry.fallback);
  const full = why ? `${words}: ${why}` : words;
  const named = { "aria-haspopup": "dialog", "aria-label": `${full}. Show what the model was asked` };
  const button = element("button", { type: "button", class: `voice asked${why ? " stands-in" : ""}`, ...named },
    words, why && element("span", { class: "tip" }, capital(full)));
  button.addEventListener("click", () => onAsk(entry));
  return button;
}

/** Arriving words come one after the other, in the place they keep; what was read of them as a draft is there at once. */
function said({ text, begun = "" }, isArriving) {
  if (!text) return null;
  if (!isArriving || !text.startsWith(begun)) return element("p", { class: "said" }, text);
  const pieces = text.slice(begun.length).split(/(?<=\s)/).slice(0, MOST_PIECES);
  const made = element("p", { class: "said" }, begun, ...pieces.map((piece, index) => {
    const word = element("span", { class: "word" }, piece);
    word.style.setProperty("--at", index);
    return word;
  }));
  setTimeout(() => made.replaceChildren(text), pieces.length * 26 + 400);
  return made;
}

function card(entry, offer, { room: { currency }, why }) {
  const kind = entry.kind === "buyer" ? "bid" : offer.isFinal && entry.action !== "accept" ? "final" : null;
  const moved = offer.change === null ? null : change(offer.change, currency);
  const direction = offer.change < 0 ? "down" : offer.change > 0 && entry.kind === "seller" ? "up" : "";
  return element("div", { class: "offer", "data-offer": offer.offerId },
    element("div", { class: "offer-row" },
      element("span", { class: "offer-price number" }, money(offer.price, currency), kind && element("small", {}, kind)),
      element("span", { class: "offer-badge" })),
    element("div", { class: "offer-row" },
      element("span", { class: "offer-total number", title: units(offer.quantity) }, `× ${count(offer.quantity)} = ${money(total(offer.price, offer.quantity), currency)}`),
      moved && element("span", { class: `change ${direction}`, title: "Change to the last" }, moved)),
    ...termLines(offer, currency),
    (offer.claim || why) && element("div", { class: "offer-row" },
      offer.claim && element("span", { class: "claim" }, `Names a rival price: ${money(offer.claim, currency)}`),
      why?.button(entry.seq, `${entry.name}, ${money(offer.price, currency)}`)));
}

function names(room, sellerIds) {
  return sellerIds.map((id) => room.sellers.find((one) => one.id === id)?.name).filter(Boolean).join(", ");
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}

/** Once: a class left behind would play again whenever the lane is shown again. */
function arrive(words) {
  words.classList.add("is-fresh");
  setTimeout(() => words.classList.remove("is-fresh"), 400);
}
