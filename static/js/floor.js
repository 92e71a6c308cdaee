// The floor of a session: one card a room, each following its room's events until it is over.

import { drawSparkline } from "./chart.js";
import { keepTimesCurrent, money, reasonWords, statusWords, total } from "./format.js";
import { followRoom } from "./room_card.js";
import { OVER, bestBid, bestStanding, lowestByRound } from "./room_state.js";

const MOST_LINES = 10;

const cards = [...document.querySelectorAll("[data-room-card]")];
cards.forEach(drawStill);
cards.filter((card) => "live" in card.dataset).slice(0, MOST_LINES).forEach(follow);
keepTimesCurrent();

function follow(card) {
  followRoom(card, (...drawn) => {
    draw(...drawn);
    count();
  });
}

function draw(card, room) {
  const status = room.outcome && room.status === "completed" ? room.outcome.outcome : room.status;
  card.dataset.status = status;
  const sign = card.querySelector("[data-room-status]");
  sign.dataset.status = status;
  sign.textContent = statusWords(status);
  if (room.round) card.querySelector("[data-round-line]").textContent = `Round ${room.round} of ${room.maxRounds}`;
  drawPrice(card, room);
  const prices = lowestByRound(room).map((point) => point.price);
  if (prices.length) drawSparkline(card.querySelector("[data-sparkline]"), prices, room.limits?.most ?? null);
}

function drawPrice(card, room) {
  const tell = (label, price, who, words) => {
    card.querySelector("[data-price-label]").textContent = label;
    card.querySelector("[data-price]").textContent = price;
    card.querySelector("[data-price-who]").textContent = who || "\u00a0";
    card.querySelector("[data-words]").textContent = words || "\u00a0";
  };
  const { outcome, currency } = room;
  if (outcome?.final_offer) {
    const { price, total_cost: cost } = outcome.final_offer;
    card.dataset.spent = cost;
    tell("Deal at", money(price, currency), `${outcome.selected_seller_name}, ${money(cost, currency)} in total`, outcome.explanation || reasonWords(outcome.reason));
    return;
  }
  const best = bestStanding(room);
  const price = best ? money(best.standing.price, currency) : "–";
  if (outcome) tell("No deal", "–", "", outcome.explanation || reasonWords(outcome.reason));
  else if (best) tell("Best standing offer", price, `${best.name}, ${money(total(best.standing.price, best.standing.quantity), currency)} in total`, standing(room, best));
  else if (room.status !== "pending") tell("Best standing offer", price, "", "The first bids are on their way.");
}

function standing(room, best) {
  const bid = bestBid(room);
  const words = [];
  if (room.limits) {
    const air = room.limits.most - best.standing.price;
    words.push(air >= 0 ? `${money(air, room.currency)} under the limit` : `${money(-air, room.currency)} over the limit`);
  }
  if (bid !== null) words.push(`best bid ${money(bid, room.currency)}`);
  return words.join(", ");
}

function drawStill(card) {
  const svg = card.querySelector("[data-sparkline]");
  const prices = (card.dataset.lowest || "").split(",").filter(Boolean).map(Number);
  if (svg && prices.length) drawSparkline(svg, prices, Number(card.dataset.limit));
}

function count() {
  const figures = document.querySelector("[data-floor-figures]");
  const isFinished = (card) => OVER.has(card.dataset.status) || ["deal", "no_deal"].includes(card.dataset.status);
  const spent = cards.reduce((sum, card) => sum + Number(card.dataset.spent || 0), 0);
  const tell = (name, words) => (figures.querySelector(`[data-figure="${name}"]`).textContent = words);
  tell("finished", cards.filter(isFinished).length);
  tell("deals", cards.filter((card) => card.dataset.status === "deal").length);
  tell("spent", money(spent, figures.dataset.currency));
  const start = document.querySelector("[data-start-all]");
  if (start) start.hidden = !cards.some((card) => card.dataset.status === "pending");
}
