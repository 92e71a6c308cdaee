// The offer board and the outlook above it: where the room stands, and in the end how it ended.

import { laneBadge } from "./badges.js";
import { keepClocks, tellLeft } from "./desk_words.js";
import { element } from "./elements.js";
import { change, count, duration, lostWords, money, reasonWords, statusWords, total, units } from "./format.js";
import { isAboutTerms, shortTerms, termsLine } from "./options.js";
import { OVER, bestBid, bestStanding, isWithin } from "./room_state.js";

const SHORT = { best: "Best", within: "Within", over: "Over", low: "Suspiciously low" };
const SEEN = ["sellers", "limits", "currency", "seats", "isSeller"]; // what the board is made of
const drawn = new WeakMap(); // the room that a board shows

/** One row a seller, in the order of the lanes, whatever the prices do. */
export function renderBoard(body, room) {
  const before = drawn.get(body);
  if (!before) keepClocks(body);
  drawn.set(body, room);
  if (before && SEEN.every((part) => before[part] === room[part])) return;
  body.replaceChildren(...room.sellers.map((one, index) => boardRow(room, one, index)));
}

export function renderOutlook(root, room) {
  const part = (name) => root.querySelector(`[data-outlook-${name}]`);
  const told = stateOf(room);
  root.classList.toggle("is-deal", told.tone === "deal");
  root.classList.toggle("is-no-deal", told.tone === "no-deal");
  part("label").textContent = told.label;
  part("price").replaceChildren(told.price, ...(told.beside ? [" ", element("small", {}, told.beside)] : []));
  part("who").replaceChildren(...told.who);
  part("facts").replaceChildren(...told.facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  part("words").textContent = told.words;
}

function stateOf(room) {
  if (room.outcome) return ending(room);
  return isOver(room) ? readingEnd(room) : outlook(room);
}

function boardRow(room, one, index) {
  const { currency } = room;
  const offer = one.standing ?? one.quotes.at(-1);
  const moved = offer?.change ?? null;
  const state = [one.hasWon && "is-winner", !one.isOpen && "is-closed", `seller-${index + 1}`].filter(Boolean).join(" ");
  // Named as rows and cells, since a narrow page shows each row as a card.
  return element("tr", { class: state, role: "row", "data-seller": one.id },
    element("th", { scope: "row", role: "rowheader" },
      element("span", { class: "board-name" }, element("span", { class: "swatch" }), one.name),
      element("span", { class: "beneath" }, `asked ${money(one.ask, currency)}`),
      offer && boardTerms(offer)),
    element("td", { class: "right offer-now", role: "cell" }, money(offer?.price, currency),
      element("span", { class: `beneath ${moved < 0 ? "down" : ""}`, title: "Change to the last" }, moved === null ? "" : change(moved, currency))),
    element("td", { class: "right", role: "cell" }, offer ? money(total(offer.price, offer.quantity), currency) : "–",
      element("span", { class: "beneath" }, offer ? units(offer.quantity) : "")),
    element("td", { class: "right board-sign", role: "cell" }, ...laneBadge(room, one, SHORT), expiry(room.seats.waits[one.id])));
}

/** The further terms of what stands, and how many packages may be taken instead; the talk has them in full. */
function boardTerms({ terms, packages }) {
  const more = packages?.length ? `or ${packages.length === 1 ? "another package" : `${packages.length} other packages`}` : "";
  const lines = [...shortTerms(terms), more].filter(Boolean);
  return lines.length > 0 && element("span", { class: "beneath board-terms" }, ...lines.map((words) => element("span", {}, words)));
}

/** How long the thread still waits for a move; then its offer expires. */
function expiry(wait) {
  const place = element("span", { class: "beneath" });
  if (!wait) return place;
  const time = element("time", { datetime: wait.until, "data-countdown": "" });
  tellLeft(time);
  place.append(time);
  return place;
}

function outlook(room) {
  const best = bestStanding(room);
  if (!best) return waiting(room);
  const { currency } = room;
  const { price, quantity } = best.standing;
  const bid = bestBid(room);
  const ask = lowestAsk(room);
  const facts = [
    ["Total", money(total(price, quantity), currency)],
    bid !== null && ["Best bid", money(bid, currency)],
    room.limits && ["Against the limit", difference(room.limits.most - price, currency, "under", "over")],
    ask !== null && [`Against the ${askLabel(room)}`, difference(ask - price, currency, "under", "over")],
    termsLine(best.standing.terms) && ["Terms", termsLine(best.standing.terms)],
  ].filter(Boolean);
  return { label: standingLabel(room), price: money(price, currency), beside: "per unit", who: named(room, best), facts, words: prospect(room, best) };
}

/** A seller does not learn how its offer stands against its rivals' or the buyer's limits. */
function prospect(room, best) {
  if (room.isSeller) return "The buyer has not decided yet.";
  if (isAboutTerms(room)) return "The price is not all here: the buyer weighs the further terms, too.";
  if (isWithin(room, best.standing)) return "If the buyer decided now, this offer would win.";
  return "No offer is within the buyer's limits yet.";
}

function standingLabel(room) {
  if (room.isSeller) return "Your standing offer";
  return isAboutTerms(room) ? "Lowest standing price" : "Best standing offer";
}

function askLabel(room) {
  return room.isSeller ? "asking price" : "lowest ask";
}

function waiting(room) {
  const asks = room.sellers.map((one) => one.ask).filter((ask) => ask !== null);
  const words = {
    pending: `The room waits to be started. ${units(room.quantity)} will be asked of ${asked(room)}.`,
    queued: "The room waits for a free worker.",
    paused: "Paused. Nothing happens until somebody resumes the room.",
  }[room.status] ?? firstMove(room);
  const facts = [
    asks.length && [room.isSeller ? "Asking price" : "Lowest ask", money(Math.min(...asks), room.currency)],
    room.limits && ["Limit", money(room.limits.most, room.currency)],
  ].filter(Boolean);
  return { label: standingLabel(room), price: "–", beside: "", who: ["No offer yet"], facts, words };
}

function firstMove({ seats }) {
  const names = new Set(Object.values(seats.waits).map((wait) => wait.name));
  return names.size ? `${[...names].join(", ")} ${names.size > 1 ? "have" : "has"} the move.` : "The first bids are on their way.";
}

function asked({ isSeller, sellers }) {
  if (isSeller) return "you";
  return sellers.length === 1 ? "one seller" : `${sellers.length} sellers`;
}

function ending(room) {
  return room.outcome.outcome === "deal" && room.outcome.final_offer ? deal(room) : noDeal(room);
}

function deal(room) {
  const { currency, outcome } = room;
  const { price, quantity, terms, total_cost: cost } = outcome.final_offer;
  const winner = room.sellers.find((one) => one.id === outcome.selected_seller_id);
  const ask = winner?.ask ?? null;
  const saved = ask === null ? null : (ask - price) * quantity;
  const facts = [
    [`Total for ${units(quantity)}`, money(cost, currency)],
    saved !== null && [room.isSeller ? "Below your asking price" : "Saved against asking", `${money(saved, currency)} (${percent(ask - price, ask)})`],
    room.limits && ["Under the limit by", money((room.limits.most - price) * quantity, currency)],
    termsLine(terms) && ["Terms", termsLine(terms)],
  ].filter(Boolean);
  const who = winner ? named(room, winner) : [outcome.selected_seller_name ?? ""];
  const lasted = element("span", { class: "lasted" }, `${rounds(outcome.rounds)} in ${duration(outcome.duration_seconds)}`);
  const words = [outcome.explanation || reasonWords(outcome.reason), nextBest(room, winner)].filter(Boolean).join(" ");
  return { tone: "deal", label: "Deal", price: money(price, currency), beside: "per unit", who: [...who, lasted], facts, words };
}

/** What the others last offered and did not take back, for those who see more than one seller. */
function nextBest(room, winner) {
  const others = room.sellers.filter((one) => one !== winner && !one.hasWalked && room.offerStates[one.quotes.at(-1)?.offerId] !== "withdrawn");
  const quotes = others.flatMap((one) => one.quotes.slice(-1).map((quote) => ({ name: one.name, price: quote.price })));
  if (!quotes.length) return "";
  const best = quotes.reduce((a, b) => (b.price < a.price ? b : a));
  return `The best offer of the others was ${money(best.price, room.currency)} by ${best.name}.`;
}

/** The room is over, and the end of its record is on its way. */
function readingEnd(room) {
  return { tone: "", label: "Closed", price: "–", beside: "", who: [statusWords(room.status)], facts: [], words: "Reading how it ended…" };
}

function noDeal(room) {
  const { outcome } = room;
  const label = { cancelled: "Cancelled", expired: "Out of time", failed: "Failed" }[room.status] ?? "Closed";
  const facts = [["Rounds", count(outcome.rounds)], ["Took", duration(outcome.duration_seconds)]];
  const who = [room.isSeller ? "Nothing was bought from you" : "Nothing was bought"];
  return { tone: "no-deal", label, price: "No deal", beside: "", who, facts, words: outcome.explanation || lostWords(outcome.reason) };
}

function named(room, one) {
  const hue = room.sellers.indexOf(one) + 1;
  return [element("span", { class: `swatch seller-${hue}` }), one.name];
}

function lowestAsk(room) {
  const asks = room.sellers.map((one) => one.ask).filter((ask) => ask !== null);
  return asks.length ? Math.min(...asks) : null;
}

function difference(amount, currency, under, over) {
  if (Math.abs(amount) < 0.005) return "level";
  return `${money(Math.abs(amount), currency)} ${amount > 0 ? under : over}`;
}

function rounds(number) {
  return `${count(number)} ${number === 1 ? "round" : "rounds"}`;
}

function percent(part, whole) {
  return whole ? `${((part / whole) * 100).toFixed(1)} %` : "–";
}

export function isOver(room) {
  return OVER.has(room.status);
}
