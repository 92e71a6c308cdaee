// The concession chart: each seller's quotes and the buyer's bids by round, over the band that whoever looks may agree in.

import { chartFigures, standingAt, ticks } from "./chart_figures.js";
import { element, shape } from "./elements.js";
import { money } from "./format.js";

export { chartFigures, ticks };

const HEIGHT = 240;
const MARGIN = { top: 14, right: 30, bottom: 26, left: 58 };
const NAMES = { most: 4, from: 440, width: 104 }; // lines are named at their ends in a wide plot of few; else numbered
const LINE = 13; // a label's height
const CROWDED = 9; // pixels between rounds; closer together, points would hide the lines
const SEEN = ["sellers", "round", "maxRounds", "status", "limits", "currency"]; // what a drawing is made of

export class ConcessionChart {
  /** `root` holds [data-plot], [data-legend], [data-reading] and a table [data-figures]. */
  constructor(root) {
    this.root = root;
    this.plot = root.querySelector("[data-plot]");
    this.legend = root.querySelector("[data-legend]");
    this.reading = root.querySelector("[data-reading]");
    this.table = root.querySelector("[data-figures]");
    this.pointed = null;
    this.details = this.table.closest("details");
    this.details?.addEventListener("toggle", () => this.room && this.#tabulate());
    this.plot.addEventListener("pointermove", (event) => this.#point(this.#roundAt(event)));
    this.plot.addEventListener("pointerleave", () => this.#point(null));
    this.plot.addEventListener("focus", () => this.#point(this.pointed ?? this.room?.round ?? 0));
    this.plot.addEventListener("blur", () => this.#point(null));
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.room && this.plot.clientWidth !== this.drawnWidth && this.#draw()).observe(this.plot);
  }

  render(room) {
    const before = this.room;
    this.room = room;
    if (before && SEEN.every((part) => before[part] === room[part])) return;
    this.figures = chartFigures(room);
    this.#draw();
    this.#explain();
    this.#tabulate();
  }

  #draw() {
    this.drawnWidth = this.plot.clientWidth;
    const width = Math.max(240, this.drawnWidth);
    const { low, high, lastRound, sellers } = this.figures;
    this.isNamed = width >= NAMES.from && sellers.length <= NAMES.most;
    this.right = width - (this.isNamed ? NAMES.width : MARGIN.right);
    this.x = (round) => MARGIN.left + (round / lastRound) * (this.right - MARGIN.left);
    this.y = (price) => MARGIN.top + ((high - price) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    this.width = width;
    this.isCrowded = (this.right - MARGIN.left) / lastRound < CROWDED;
    const drawing = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" });
    drawing.append(...this.#band(), ...this.#axes(), ...this.#now(), ...this.#bids(), ...sellers.map((one) => this.#quotes(one)), this.#buyer(), ...this.#ends());
    drawing.append(shape("line", { class: "pointer", "data-pointer": "", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" }));
    this.plot.replaceChildren(drawing);
    this.#point(this.pointed);
    this.#tellReaders();
  }

  /** What the buyer may pay, or for a seller what it may take. */
  #band() {
    const { band, low, high } = this.figures;
    if (!band) return [];
    const edges = [band.most, band.least].map((price) => (price > low && price < high ? this.y(price) : null));
    const [top, bottom] = [this.y(Math.min(band.most, high)), this.y(Math.max(band.least, low))];
    const line = (y) => y !== null && shape("line", { class: "band-edge", x1: MARGIN.left, x2: this.right, y1: y, y2: y });
    return [
      shape("rect", { class: "band", x: MARGIN.left, y: top, width: this.right - MARGIN.left, height: Math.max(0, bottom - top) }),
      ...edges.map(line),
      shape("text", { class: "band-name", x: MARGIN.left + 6, y: band.isFloor ? bottom + 14 : top - 5 }, band.most > high ? `limit ${this.#money(band.most)}, further up` : band.name),
    ].filter(Boolean);
  }

  /** The round that is played, or was the last. */
  #now() {
    const { round } = this.room;
    return round ? [shape("line", { class: "now", x1: this.x(round), x2: this.x(round), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom })] : [];
  }

  #axes() {
    const { low, high, lastRound } = this.figures;
    const rows = ticks(low, high).flatMap((price) => [
      shape("line", { class: "grid", x1: MARGIN.left, x2: this.right, y1: this.y(price), y2: this.y(price) }),
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
    group.append(...this.#marked(one.points).map((point) => shape("circle", {
      class: point === one.points.at(-1) ? "last" : null, cx: this.x(point.round), cy: this.y(point.price), r: point === one.points.at(-1) ? 4.5 : 3,
    })));
    return group;
  }

  #buyer() {
    const { buyer } = this.figures;
    const group = shape("g", { class: "line buyer" });
    if (buyer.length) group.append(shape("path", { d: this.#path(buyer) }));
    group.append(...this.#marked(buyer).map((point) => {
      const half = point === buyer.at(-1) ? 5 : 3.5;
      return shape("rect", { x: this.x(point.round) - half, y: this.y(point.price) - half, width: 2 * half, height: 2 * half });
    }));
    return group;
  }

  #bids() {
    return this.figures.sellers.flatMap((one) => this.#marked(one.bids).map((bid) =>
      shape("circle", { class: `bid seller-${one.hue}`, cx: this.x(bid.round), cy: this.y(bid.price), r: 2.5 })));
  }

  #marked(points) {
    return this.isCrowded ? points.slice(-1) : points;
  }

  /** Each line says at its end whose it is; those that end close together are told one below the other. */
  #ends() {
    const lines = this.figures.sellers.filter((one) => one.points.length);
    const ends = lines.map((one) => ({ one, y: this.y(one.points.at(-1).price) }));
    const x = Math.max(...lines.map((one) => this.x(one.points.at(-1).round)));
    return apart(ends.sort((a, b) => a.y - b.y), HEIGHT - MARGIN.bottom).map(({ one, y }) =>
      shape("text", { class: `end seller-${one.hue}`, x: x + 8, y: y + 4 }, this.isNamed ? shortened(one.name) : String(one.hue)));
  }

  #path(points) {
    return points.map((point, index) => `${index ? "L" : "M"}${this.x(point.round).toFixed(1)} ${this.y(point.price).toFixed(1)}`).join("");
  }

  #explain() {
    const entries = this.figures.sellers.map((one) =>
      element("li", { class: `seller-${one.hue}` }, element("span", { class: "swatch" }), element("b", {}, String(one.hue)), one.name));
    const buyer = element("li", { class: "seller-buyer" }, element("span", { class: "swatch dashed" }), "Buyer's best bid");
    const band = this.figures.band && element("li", {}, element("span", { class: "swatch band" }), this.figures.band.words);
    this.legend.replaceChildren(...entries, buyer, ...(band ? [band] : []));
  }

  #tabulate() {
    if (this.details && !this.details.open) return;
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

  #tellReaders() {
    const round = this.pointed ?? this.room.round;
    const rows = standingAt(this.figures, round).filter((one) => one.price !== null || one.bid !== null);
    const words = rows.map(({ name, price, bid }) => [name, price !== null && this.#money(price), bid !== null && `bid ${this.#money(bid)}`].filter(Boolean).join(" "));
    const told = { "aria-valuemin": 0, "aria-valuemax": this.room.round, "aria-valuenow": round, "aria-valuetext": `${roundName(round)}: ${words.join(", ") || "nothing offered"}` };
    for (const [name, value] of Object.entries(told)) this.plot.setAttribute(name, value);
  }

  #money(price) {
    return money(price, this.room.currency);
  }

  #roundAt(event) {
    const box = this.plot.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (this.right - MARGIN.left);
    return Math.round(Math.min(1, Math.max(0, part)) * this.figures.lastRound);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#point(Math.min(this.room.round, Math.max(0, (this.pointed ?? this.room.round) + step)));
  }

  #point(round) {
    if (!this.figures) return;
    this.pointed = round === null ? null : Math.min(round, this.room.round);
    this.#tellReaders();
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
    const rows = standingAt(this.figures, this.pointed).filter((one) => one.price !== null || one.bid !== null);
    const cell = (price) => element("td", { class: "number" }, price === null ? "" : this.#money(price));
    this.reading.replaceChildren(element("table", {},
      element("thead", {}, element("tr", {}, ...[roundName(this.pointed), "offer", "bid"].map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...rows.map((one) => element("tr", { class: `seller-${one.hue}` },
        element("th", { scope: "row" }, element("span", { class: "swatch" }), one.name), cell(one.price), cell(one.bid))))));
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

function roundName(round) {
  return round === 0 ? "Asked" : `Round ${round}`;
}

/** Labels from above to below, moved as little as it takes that none touches another. */
function apart(labels, ground) {
  const heaps = []; // of labels that would touch: {y of its middle, labels}
  for (const label of labels) {
    let heap = { y: label.y, labels: [label] };
    while (heaps.length && bottomOf(heaps.at(-1)) > topOf(heap)) heap = joined(heaps.pop(), heap);
    heaps.push(heap);
  }
  return heaps.flatMap((heap) => {
    const top = Math.max(MARGIN.top, Math.min(topOf(heap), ground - heap.labels.length * LINE)) + LINE / 2;
    return heap.labels.map((label, place) => ({ ...label, y: top + place * LINE }));
  });
}

function joined(one, other) {
  const [a, b] = [one.labels.length, other.labels.length];
  return { y: (one.y * a + other.y * b) / (a + b), labels: [...one.labels, ...other.labels] };
}

function topOf({ y, labels }) {
  return y - (labels.length * LINE) / 2;
}

function bottomOf({ y, labels }) {
  return y + (labels.length * LINE) / 2;
}

function shortened(name, most = 13) {
  return name.length > most ? `${name.slice(0, most - 1).trimEnd()}…` : name;
}

/** As on an axis that spans so much. */
export function shortMoney(price, currency, span) {
  const digits = span < 5 ? 2 : 0;
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat("en-US", options).format(price);
}
