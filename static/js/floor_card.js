// What a card of the floor tells of its room; it is touched only where it would tell something else.

import { drawSparkline } from "./chart.js";
import { money, reasonWords, statusWords, total } from "./format.js";
import { OVER, bestBid, bestStanding, lowestByRound } from "./room_state.js";

const EMPTY = "\u00a0";
const BEFORE_BIDS = {
  queued: "The room waits for a free worker.",
  waiting: "The room waits for a person or a program.",
  paused: "Paused. Nothing happens until somebody resumes the room.",
};

/** Whether the card tells something else now. Of a room that is over nothing is drawn before its end is heard of. */
export function drawCard(card, room) {
  if (OVER.has(room.status) && !room.outcome) return false;
  const face = faceOf(room);
  const drawn = JSON.stringify(face);
  if (card.drawn === drawn) return false;
  card.drawn = drawn;
  card.dataset.status = face.status;
  const sign = card.querySelector("[data-room-status]");
  sign.dataset.status = face.status;
  set(sign, statusWords(face.status));
  if (face.round) set(card.querySelector("[data-round-line]"), face.round);
  if (face.price) drawPrice(card, face.price);
  if (face.sums) Object.assign(card.dataset, face.sums);
  drawPrices(card, face.lowest, face.limit, room.currency);
  return true;
}

/** As the server knew the prices when it wrote the page. */
export function drawSparklineOf(card) {
  const prices = (card.dataset.lowest || "").split(",").filter(Boolean).map(Number);
  drawPrices(card, prices, Number(card.dataset.limit), card.dataset.currency);
}

function faceOf(room) {
  return {
    status: room.outcome && room.status === "completed" ? room.outcome.outcome : room.status,
    round: room.round ? `Round ${room.round} of ${room.maxRounds}` : null,
    price: priceOf(room),
    sums: sumsOf(room),
    lowest: lowestByRound(room).map((point) => point.price),
    limit: room.limits?.most ?? null,
  };
}

function priceOf(room) {
  const { outcome, currency } = room;
  if (outcome?.final_offer) {
    const { price, total_cost: cost } = outcome.final_offer;
    return {
      label: "Deal at",
      price: money(price, currency),
      who: `${outcome.selected_seller_name}, ${money(cost, currency)} in total`,
      words: outcome.explanation || reasonWords(outcome.reason),
    };
  }
  if (outcome) return { label: "No deal", price: "\u2013", who: "", words: outcome.explanation || reasonWords(outcome.reason) };
  const best = bestStanding(room);
  if (!best) return room.status === "pending" ? null : { label: "Best standing offer", price: "\u2013", who: "", words: BEFORE_BIDS[room.status] ?? "The first bids are on their way." };
  const { price, quantity } = best.standing;
  return {
    label: "Best standing offer",
    price: money(price, currency),
    who: `${best.name}, ${money(total(price, quantity), currency)} in total`,
    words: standing(room, price),
    isOver: Boolean(room.limits) && price > room.limits.most,
  };
}

function standing(room, price) {
  const bid = bestBid(room);
  const words = [];
  if (room.limits) {
    const air = room.limits.most - price;
    words.push(air >= 0 ? `${money(air, room.currency)} under the limit` : `${money(-air, room.currency)} over the limit`);
  }
  if (bid !== null) words.push(`best bid ${money(bid, room.currency)}`);
  return words.join(", ");
}

/** What the deal adds to the figures of the session; none before it is made. */
function sumsOf({ outcome, limits, sellers }) {
  if (!outcome?.final_offer) return null;
  const { price, quantity, total_cost: spent } = outcome.final_offer;
  const ask = sellers.find((one) => one.id === outcome.selected_seller_id)?.ask ?? price;
  return { spent, savedAsk: (ask - price) * quantity, savedLimit: ((limits?.most ?? price) - price) * quantity };
}

function drawPrice(card, { label, price, who, words, isOver = false }) {
  set(card.querySelector("[data-price-label]"), label);
  set(card.querySelector("[data-price]"), price);
  set(card.querySelector("[data-price-who]"), who || EMPTY);
  set(card.querySelector("[data-words]"), words || EMPTY);
  card.classList.toggle("is-over", isOver);
}

function drawPrices(card, prices, limit, currency) {
  const svg = card.querySelector("[data-sparkline]");
  const key = `${prices} ${limit}`;
  if (!svg || !prices.length || svg.drawn === key) return;
  svg.drawn = key;
  drawSparkline(svg, prices, limit);
  const beside = limit === null ? "" : `, the limit is ${money(limit, currency)}`;
  svg.setAttribute("aria-label", `Lowest offer of each round: ${prices.map((price) => money(price, currency)).join(", ")}${beside}`);
}

function set(place, words) {
  if (place && place.textContent !== words) place.textContent = words;
}
