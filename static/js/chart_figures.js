// What a room's chart is drawn from: prices by round, the range they lie in, and the limits of whoever looks. Knows no page.

import { OVER } from "./room_state.js";

const FAR = 3; // times what the prices themselves span

/** The figures of the chart: rounds run from 0, the asking price. */
export function chartFigures(room) {
  const sellers = room.sellers.map((one, index) => ({
    id: one.id,
    name: one.name,
    hue: index + 1,
    points: lastOfEachRound([...(one.ask === null ? [] : [{ round: 0, price: one.ask }]), ...one.quotes]),
    bids: lastOfEachRound(one.bids),
  }));
  const buyer = highestBids(room);
  const lastRound = OVER.has(room.status) ? Math.max(room.round, 1) : Math.max(room.maxRounds, room.round, 1);
  const { low, high } = range(room, sellers);
  return { sellers, buyer, lastRound, band: bandOf(room, high), low, high };
}

/** Five or so round figures across the range. */
export function ticks(low, high, wanted = 5) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const marks = [];
  for (let mark = Math.ceil(low / step) * step; mark <= high + step / 1000; mark += step) {
    marks.push(Math.round(mark * 10000) / 10000);
  }
  return marks;
}

/** What stands at the end of a round, dearest offer first: [{name, hue, price, bid}], null where there was none yet. */
export function standingAt(figures, round) {
  const at = (points) => points.findLast((point) => point.round <= round)?.price ?? null;
  const sellers = figures.sellers.map((one) => ({ name: one.name, hue: one.hue, price: at(one.points), bid: at(one.bids) }));
  return [...sellers.sort((a, b) => (b.price ?? 0) - (a.price ?? 0)), { name: "Best bid", hue: "buyer", price: null, bid: at(figures.buyer) }];
}

/** The buyer's limits, for those who may know them; a seller's own floor for that seller. */
function bandOf(room, high) {
  if (room.limits) return { ...room.limits, name: "limit", words: "May pay", isFloor: false };
  const floor = room.isSeller ? room.sellers.map((one) => one.limits?.least_price).find((price) => price !== undefined) : undefined;
  return floor === undefined ? null : { least: floor, most: high, name: "your floor", words: "May take", isFloor: true };
}

function lastOfEachRound(points) {
  return [...new Map(points.map((point) => [point.round, point])).values()];
}

function highestBids(room) {
  const byRound = new Map();
  for (const bid of room.sellers.flatMap((one) => one.bids)) {
    byRound.set(bid.round, Math.max(bid.price, byRound.get(bid.round) ?? 0));
  }
  return [...byRound].sort(([a], [b]) => a - b).map(([round, price]) => ({ round, price }));
}

/** All prices fit, and the limits of whoever looks unless they are so far off that they would squeeze the talk. */
function range(room, sellers) {
  const prices = sellers.flatMap((one) => [...one.points, ...one.bids]).map((point) => point.price);
  if (!prices.length) prices.push(0, 1);
  const least = (room.limits ?? bandOf(room, 0))?.least;
  let low = prices.reduce((a, b) => Math.min(a, b));
  let high = prices.reduce((a, b) => Math.max(a, b));
  const most = room.limits?.most;
  if (most > high && most - high < FAR * Math.max(high - low, high / 10)) high = most;
  if (least < low && low - least < (high - low) / 2) low = least;
  const air = (high - low || high || 1) * 0.06;
  return { low: Math.max(0, low - air), high: high + air };
}
