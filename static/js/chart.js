// The concession chart: each seller's quotes and the buyer's best bid by round, over the band the buyer may pay.

import { element, shape } from "./elements.js";
import { money } from "./format.js";
import { OVER } from "./room_state.js";

const HEIGHT = 240;
const MARGIN = { top: 14, right: 14, bottom: 26, left: 58 };

/** The figures of the chart: rounds run from 0, the asking price. */
export function chartFigures(room) {
  const sellers = room.sellers.map((one, index) => ({
    id: one.id,
    name: one.name,
    hue: index + 1,
    points: lastOfEachRound([...(one.ask === null ? [] : [{ round: 0, price: one.ask }]), ...one.quotes]),
  }));
  const buyer = highestBids(room);
  const lastRound = OVER.has(room.status) ? Math.max(room.round, 1) : Math.max(room.maxRounds, room.round, 1);
  return { sellers, buyer, bids: allBids(room), lastRound, band: room.limits, ...range(room, sellers, buyer) };
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

/** What stands at the end of a round: [{name, hue, price}], dearest first; null where nothing was quoted yet. */
export function standingAt(figures, round) {
  const at = (points) => points.filter((point) => point.round <= round).at(-1)?.price ?? null;
  const sellers = figures.sellers.map((one) => ({ name: one.name, hue: one.hue, price: at(one.points) }));
  return [...sellers.sort((a, b) => (b.price ?? 0) - (a.price ?? 0)), { name: "Best bid", hue: "buyer", price: at(figures.buyer) }];
}

export class ConcessionChart {
  /** `root` holds [data-plot], [data-legend], [data-reading] and a table [data-figures]. */
  constructor(root) {
    this.root = root;
    this.plot = root.querySelector("[data-plot]");
    this.legend = root.querySelector("[data-legend]");
    this.reading = root.querySelector("[data-reading]");
    this.table = root.querySelector("[data-figures]");
    this.pointed = null;
    this.plot.tabIndex = 0;
    this.plot.addEventListener("pointermove", (event) => this.#point(this.#roundAt(event)));
    this.plot.addEventListener("pointerleave", () => this.#point(null));
    this.plot.addEventListener("focus", () => this.#point(this.pointed ?? this.room?.round ?? 0));
    this.plot.addEventListener("blur", () => this.#point(null));
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.room && this.render(this.room)).observe(this.plot);
  }

  render(room) {
    this.room = room;
    this.figures = chartFigures(room);
    this.#draw();
    this.#explain();
    this.#tabulate();
  }

  #draw() {
    const width = Math.max(240, this.plot.clientWidth);
    const { low, high, lastRound, band } = this.figures;
    this.x = (round) => MARGIN.left + (round / lastRound) * (width - MARGIN.left - MARGIN.right);
    this.y = (price) => MARGIN.top + ((high - price) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    this.width = width;
    const drawing = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" });
    if (band) drawing.append(...this.#band(band));
    drawing.append(...this.#axes(), ...this.#bids(), ...this.figures.sellers.map((one) => this.#quotes(one)), this.#buyer());
    drawing.append(shape("line", { class: "pointer", "data-pointer": "", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" }));
    this.plot.replaceChildren(drawing);
    this.plot.setAttribute("aria-label", `Prices by round. ${this.#summary()} Use the arrow keys to read each round.`);
    this.#point(this.pointed);
  }

  #band(band) {
    const { low, high } = this.figures;
    const top = this.y(Math.min(band.most, high));
    const bottom = this.y(Math.max(band.least, low));
    const right = this.width - MARGIN.right;
    return [
      shape("rect", { class: "band", x: MARGIN.left, y: top, width: right - MARGIN.left, height: Math.max(0, bottom - top) }),
      shape("line", { class: "band-edge", x1: MARGIN.left, x2: right, y1: top, y2: top }),
      band.least > low && shape("line", { class: "band-edge", x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
      shape("text", { class: "band-name", x: MARGIN.left + 4, y: top - 5 }, "limit"),
    ].filter(Boolean);
  }

  #axes() {
    const { low, high, lastRound } = this.figures;
    const rows = ticks(low, high).flatMap((price) => [
      shape("line", { class: "grid", x1: MARGIN.left, x2: this.width - MARGIN.right, y1: this.y(price), y2: this.y(price) }),
      shape("text", { class: "tick", x: MARGIN.left - 8, y: this.y(price) + 4, "text-anchor": "end" }, shortMoney(price, this.room.currency, high - low)),
    ]);
    const every = Math.ceil(lastRound / Math.max(4, Math.floor(this.width / 48)));
    const columns = [];
    for (let round = 0; round <= lastRound; round += every) {
      const text = round === 0 ? "ask" : String(round);
      columns.push(shape("text", { class: "tick", x: this.x(round), y: HEIGHT - 7, "text-anchor": "middle" }, text));
    }
    return [...rows, ...columns];
  }

  #quotes(one) {
    const group = shape("g", { class: `line seller-${one.hue}` });
    if (one.points.length) group.append(shape("path", { d: this.#path(one.points) }));
    group.append(...one.points.map((point) => shape("circle", { cx: this.x(point.round), cy: this.y(point.price), r: 3 })));
    return group;
  }

  #buyer() {
    const { buyer } = this.figures;
    const group = shape("g", { class: "line buyer" });
    if (buyer.length) group.append(shape("path", { d: this.#path(buyer) }));
    group.append(...buyer.map((point) => shape("rect", { x: this.x(point.round) - 3.5, y: this.y(point.price) - 3.5, width: 7, height: 7 })));
    return group;
  }

  #bids() {
    return this.figures.bids.map((bid) => shape("circle", { class: `bid seller-${bid.hue}`, cx: this.x(bid.round), cy: this.y(bid.price), r: 2.5 }));
  }

  #path(points) {
    return points.map((point, index) => `${index ? "L" : "M"}${this.x(point.round).toFixed(1)} ${this.y(point.price).toFixed(1)}`).join("");
  }

  #explain() {
    const entries = this.figures.sellers.map((one) =>
      element("li", { class: `seller-${one.hue}` }, element("span", { class: "swatch" }), one.name));
    const buyer = element("li", { class: "seller-buyer" }, element("span", { class: "swatch dashed" }), "Buyer's best bid");
    const band = this.figures.band && element("li", {}, element("span", { class: "swatch band" }), "May pay");
    this.legend.replaceChildren(...entries, buyer, ...(band ? [band] : []));
  }

  #tabulate() {
    const { sellers, buyer, lastRound } = this.figures;
    const priceAt = (points, round) => points.find((point) => point.round === round)?.price;
    const row = (round) => element("tr", {},
      element("th", { scope: "row" }, round === 0 ? "Asked" : `Round ${round}`),
      ...[{ points: buyer }, ...sellers].map((one) =>
        element("td", { class: "right" }, money(priceAt(one.points, round), this.room.currency))));
    const head = ["Round", "Best bid", ...sellers.map((one) => one.name)];
    const played = Math.min(lastRound, this.room.round);
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, ...head.map((name, index) => element("th", { scope: "col", class: index && "right" }, name)))),
      element("tbody", {}, ...Array.from({ length: played + 1 }, (_, round) => row(round))),
    );
  }

  #summary() {
    const now = standingAt(this.figures, this.room.round).filter((one) => one.price !== null);
    return now.map((one) => `${one.name} ${money(one.price, this.room.currency)}`).join(", ") + ".";
  }

  #roundAt(event) {
    const box = this.plot.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right);
    return Math.round(Math.min(1, Math.max(0, part)) * this.figures.lastRound);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#point(Math.min(this.room.round, Math.max(0, (this.pointed ?? this.room.round) + step)));
  }

  #point(round) {
    if (!this.figures) return;
    this.pointed = round === null ? null : Math.min(round, this.room.round);
    const pointer = this.plot.querySelector("[data-pointer]");
    const isShown = this.pointed !== null;
    pointer?.setAttribute("visibility", isShown ? "visible" : "hidden");
    this.reading.hidden = !isShown;
    if (!isShown) return;
    pointer?.setAttribute("x1", this.x(this.pointed));
    pointer?.setAttribute("x2", this.x(this.pointed));
    this.#read();
  }

  #read() {
    const rows = standingAt(this.figures, this.pointed).filter((one) => one.price !== null).map((one) =>
      element("li", { class: `seller-${one.hue}` }, element("span", { class: "swatch" }), element("span", {}, one.name),
        element("span", { class: "number" }, money(one.price, this.room.currency))));
    const title = this.pointed === 0 ? "Asked" : `Round ${this.pointed}`;
    this.reading.replaceChildren(element("strong", {}, title), element("ul", {}, ...rows));
    const isRight = this.x(this.pointed) > this.width / 2;
    this.reading.style.setProperty("left", isRight ? "auto" : `${this.x(this.pointed) + 12}px`);
    this.reading.style.setProperty("right", isRight ? `${this.width - this.x(this.pointed) + 12}px` : "auto");
  }
}

/** The lowest quotes of a room in a few strokes, with the limit as a dashed line where it is known. */
export function drawSparkline(svg, prices, limit = null) {
  const [width, height] = [120, 44];
  const all = limit === null ? prices : [...prices, limit];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (index) => 4 + (prices.length < 2 ? 0 : (index / (prices.length - 1)) * (width - 8));
  const y = (price) => 4 + (high === low ? 0.5 : (high - price) / (high - low)) * (height - 8);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  if (!prices.length) return;
  if (limit !== null) svg.append(shape("line", { class: "limit", x1: 0, x2: width, y1: y(limit), y2: y(limit) }));
  const path = prices.map((price, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(price).toFixed(1)}`).join("");
  svg.append(
    shape("path", { class: "path", d: path }),
    shape("circle", { class: "last", cx: x(prices.length - 1), cy: y(prices.at(-1)), r: 3 }),
  );
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

function allBids(room) {
  return room.sellers.flatMap((one, index) => one.bids.map((bid) => ({ round: bid.round, price: bid.price, hue: index + 1 })));
}

/** All prices and the limit fit; a minimum far below the talk does not squeeze it. */
function range(room, sellers, buyer) {
  const prices = [...sellers.flatMap((one) => one.points), ...buyer].map((point) => point.price);
  for (const bid of allBids(room)) prices.push(bid.price);
  if (room.limits) prices.push(room.limits.most);
  if (!prices.length) prices.push(0, 1);
  let [low, high] = [Math.min(...prices), Math.max(...prices)];
  if (room.limits && room.limits.least < low && low - room.limits.least < (high - low) / 2) low = room.limits.least;
  const air = (high - low || high || 1) * 0.06;
  return { low: Math.max(0, low - air), high: high + air };
}

function shortMoney(price, currency, span) {
  const digits = span < 5 ? 2 : 0;
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat("en-US", options).format(price);
}
