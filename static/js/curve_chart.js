// Draws an agent's offers round by round: their band over the draws, what stands against them, the limit and the deal.

import { shortMoney, ticks } from "./chart.js";
import { element, shape } from "./elements.js";

const HEIGHT = 220;
const MARGIN = { top: 16, right: 14, bottom: 26, left: 62 };

export class CurveChart {
  /** `root` holds [data-plot], [data-curve-reading] and a table [data-figures]. */
  constructor(root) {
    this.plot = root.querySelector("[data-plot]");
    this.reading = root.querySelector("[data-curve-reading]");
    this.table = root.querySelector("[data-figures]");
    this.pointed = null;
    this.plot.addEventListener("pointermove", (event) => this.#point(this.#placeAt(event)));
    this.plot.addEventListener("pointerleave", () => this.#point(null));
    this.plot.addEventListener("focus", () => this.#point(this.pointed ?? 0));
    this.plot.addEventListener("blur", () => this.#point(null));
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.figures && this.plot.clientWidth !== this.drawnWidth && this.#draw()).observe(this.plot);
  }

  /** `written` writes an amount; without a currency the axis has plain numbers. */
  render(figures, { written, currency, otherName }) {
    Object.assign(this, { figures, written, currency, otherName });
    this.pointed = this.pointed === null ? null : Math.min(this.pointed, figures.points.length - 1);
    this.#draw();
    this.#tabulate();
  }

  #draw() {
    this.drawnWidth = this.plot.clientWidth;
    const width = Math.max(240, this.drawnWidth);
    const { low, high, lastRound } = this.figures;
    this.right = width - MARGIN.right;
    this.x = (round) => MARGIN.left + ((round - 1) / (lastRound - 1)) * (this.right - MARGIN.left);
    this.y = (price) => MARGIN.top + ((high - price) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const drawing = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" });
    drawing.append(...this.#axes(width), ...this.#edge(), this.#band(), this.#line("others", "other"), this.#line("offers", "middle"), ...this.#deal());
    drawing.append(shape("line", { class: "pointer", "data-pointer": "", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" }));
    this.plot.replaceChildren(drawing);
    this.#point(this.pointed);
  }

  #axes(width) {
    const { low, high, lastRound } = this.figures;
    const rows = ticks(low, high, 5).flatMap((price) => [
      shape("line", { class: "grid", x1: MARGIN.left, x2: this.right, y1: this.y(price), y2: this.y(price) }),
      shape("text", { class: "tick", x: MARGIN.left - 8, y: this.y(price) + 4, "text-anchor": "end" }, this.#short(price, high - low)),
    ]);
    const every = Math.ceil(lastRound / Math.max(4, Math.floor(width / 48)));
    const columns = [];
    for (let round = 1; round <= lastRound; round += every) {
      columns.push(shape("text", { class: "tick", x: this.x(round), y: HEIGHT - 7, "text-anchor": "middle" }, String(round)));
    }
    return [...rows, ...columns];
  }

  #edge() {
    const { price, name } = this.figures.edge;
    const y = this.y(price);
    const isAbove = y > HEIGHT / 2; // a floor lies low and is named above its line, a limit below
    return [
      shape("line", { class: "edge", x1: MARGIN.left, x2: this.right, y1: y, y2: y }),
      shape("text", { class: "edge-name", x: MARGIN.left + 4, y: y + (isAbove ? -5 : 14) }, name),
    ];
  }

  #band() {
    const { points } = this.figures;
    const there = points.map((one) => this.#at(one.round, one.high));
    const back = points.map((one) => this.#at(one.round, one.low)).reverse();
    return shape("path", { class: "band", d: `M${[...there, ...back].join("L")}Z` });
  }

  #line(kind, value) {
    const { points } = this.figures;
    const group = shape("g", { class: kind });
    group.append(shape("path", { d: `M${points.map((one) => this.#at(one.round, one[value])).join("L")}` }));
    if (points.length <= 30) group.append(...points.map((one) => shape("circle", { cx: this.x(one.round), cy: this.y(one[value]), r: 2.5 })));
    return group;
  }

  /** A diamond, with a whisker where the draws part the prices. */
  #deal() {
    const { deal } = this.figures;
    if (!deal) return [];
    const [x, y] = [this.x(deal.round), this.y(deal.middle)];
    return [
      shape("line", { class: "deal-spread", x1: x, x2: x, y1: this.y(deal.low), y2: this.y(deal.high) }),
      shape("path", { class: "deal", d: `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z` }),
    ];
  }

  #at(round, price) {
    return `${this.x(round).toFixed(1)} ${this.y(price).toFixed(1)}`;
  }

  #tabulate() {
    const cells = (one) => [one.middle, one.low, one.high, one.other].map((price) => element("td", { class: "right" }, this.written(price)));
    const head = ["Round", "Offers", "From", "To", this.otherName];
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, ...head.map((name, index) => element("th", { scope: "col", class: index > 0 && "right" }, name)))),
      element("tbody", {}, ...this.figures.points.map((one) => element("tr", {}, element("th", { scope: "row" }, String(one.round)), ...cells(one)))),
    );
  }

  #placeAt(event) {
    const box = this.plot.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (this.right - MARGIN.left);
    return Math.round(Math.min(1, Math.max(0, part)) * (this.figures.lastRound - 1));
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#point(Math.max(0, (this.pointed ?? 0) + step));
  }

  /** `place` among the rounds drawn, null for none. */
  #point(place) {
    if (!this.figures) return;
    const { points } = this.figures;
    this.pointed = place === null ? null : Math.min(place, points.length - 1);
    this.#tellReaders(points[this.pointed ?? 0]);
    const pointer = this.plot.querySelector("[data-pointer]");
    const isShown = this.pointed !== null;
    pointer?.setAttribute("visibility", isShown ? "visible" : "hidden");
    this.reading.hidden = !isShown;
    if (!isShown) return;
    const one = points[this.pointed];
    pointer?.setAttribute("x1", this.x(one.round));
    pointer?.setAttribute("x2", this.x(one.round));
    this.#read(one);
  }

  #read(one) {
    const row = (name, kind, words) => element("tr", {}, element("th", { scope: "row" }, element("span", { class: `curve-key ${kind}` }), name), element("td", {}, words));
    const band = one.low !== one.high && row("Nine in ten", "band", `${this.written(one.low)} – ${this.written(one.high)}`);
    this.reading.replaceChildren(
      element("p", {}, `Round ${one.round}`),
      element("table", {}, element("tbody", {}, row("Its offer", "offers", this.written(one.middle)), band, row(this.otherName, "others", this.written(one.other)))),
    );
  }

  #tellReaders(one) {
    const { points } = this.figures;
    const words = `Round ${one.round}: offers ${this.written(one.middle)}, against ${this.written(one.other)}`;
    const told = { "aria-valuemin": 1, "aria-valuemax": points.length, "aria-valuenow": one.round, "aria-valuetext": words };
    for (const [name, value] of Object.entries(told)) this.plot.setAttribute(name, value);
  }

  #short(price, span) {
    if (this.currency) return shortMoney(price, this.currency, span);
    const digits = span < 5 ? 2 : 0;
    return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(price);
  }
}
