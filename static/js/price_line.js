// The line of prices: what the buyer may pay as a band, each standing offer as a dot, the best bid as a square.

import { chartFigures } from "./chart_figures.js";
import { shape } from "./elements.js";
import { money } from "./format.js";
import { bestBid } from "./room_state.js";

const HEIGHT = 68;
const RAIL = 26;
const SIDE = 10;

export class PriceLine {
  constructor(root) {
    this.root = root;
    new ResizeObserver(() => this.room && this.render(this.room)).observe(root);
  }

  render(room) {
    this.room = room;
    const width = Math.max(200, this.root.clientWidth);
    const { low, high } = chartFigures(room);
    this.x = (price) => SIDE + ((Math.min(high, Math.max(low, price)) - low) / (high - low)) * (width - 2 * SIDE);
    this.width = width;
    const frame = [width, low, high, room.sellers.length].join();
    if (this.frame !== frame) this.#frame(frame);
    this.#band(low);
    this.#marks();
    this.root.setAttribute("aria-label", words(room));
  }

  /** The marks are made once and then only moved, so that they glide. */
  #frame(frame) {
    const { width } = this;
    this.frame = frame;
    this.limits = shape("g");
    const asks = this.room.sellers.map((one, index) => one.ask !== null
      && shape("line", { class: `ask seller-${index + 1}`, x1: this.x(one.ask), x2: this.x(one.ask), y1: RAIL - 7, y2: RAIL + 7 }));
    this.dots = this.room.sellers.map((_, index) => shape("circle", { class: `mark seller-${index + 1}`, cy: RAIL, r: 6.5 }));
    this.bid = shape("rect", { class: "bid", x: -5, y: RAIL - 5, width: 10, height: 10 });
    this.bidName = shape("text", { y: 12, "text-anchor": "middle" }, "bid");
    this.root.replaceChildren(shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" },
      shape("line", { class: "rail", x1: 0, x2: width, y1: RAIL, y2: RAIL }), ...asks.filter(Boolean), this.limits, this.bid, this.bidName, ...this.dots));
  }

  #band(low) {
    const { limits, currency } = this.room;
    if (!limits) return;
    const [from, to] = [this.x(Math.max(limits.least, low)), this.x(limits.most)];
    this.limits.replaceChildren(
      shape("rect", { class: "band", x: from, y: RAIL - 9, width: Math.max(0, to - from), height: 18, rx: 3 }),
      shape("line", { class: "edge", x1: to, x2: to, y1: RAIL - 12, y2: RAIL + 12 }),
      ...this.#limitNames(from, to),
    );
  }

  /** Where the band is too narrow for both, the limit is the one to know. */
  #limitNames(from, to) {
    const { limits, currency } = this.room;
    const most = `limit ${money(limits.most, currency)}`;
    if (to - from < 200) return [shape("text", { x: Math.max(to, 100), y: RAIL + 30, "text-anchor": "end" }, most)];
    return [
      shape("text", { x: from, y: RAIL + 30 }, `from ${money(limits.least, currency)}`),
      shape("text", { x: to, y: RAIL + 30, "text-anchor": "end" }, most),
    ];
  }

  #marks() {
    const { room } = this;
    room.sellers.forEach((one, index) => {
      const price = (one.standing ?? one.quotes.at(-1))?.price ?? one.ask;
      this.dots[index].style.setProperty("transform", `translateX(${this.x(price).toFixed(1)}px)`);
      this.dots[index].classList.toggle("is-gone", !one.isOpen || (!one.standing && one.quotes.length > 0));
      this.dots[index].classList.toggle("is-winner", one.hasWon);
      if (one.hasWon) this.dots[index].parentNode.append(this.dots[index]);
    });
    const bid = bestBid(room);
    this.bid.setAttribute("visibility", bid === null ? "hidden" : "visible");
    this.bidName.setAttribute("visibility", bid === null ? "hidden" : "visible");
    if (bid === null) return;
    this.bid.style.setProperty("transform", `translateX(${this.x(bid).toFixed(1)}px)`);
    this.bidName.setAttribute("x", this.x(bid));
  }
}

function words(room) {
  const offers = room.sellers.filter((one) => one.standing).map((one) => `${one.name} ${money(one.standing.price, room.currency)}`);
  return offers.length ? `Standing offers: ${offers.join(", ")}.` : "No standing offers.";
}
