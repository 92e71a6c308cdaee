// The chart of a room and its what-ifs: the lowest offer by round, each what-if leaving its origin's line where it was branched.

import { ticks } from "./chart.js";
import { element, shape } from "./elements.js";
import { money } from "./format.js";

const HEIGHT = 280;
const MARGIN = { top: 14, right: 18, bottom: 30, left: 66 };

class ComparisonChart {
  /** `lines` are [{name, hue, changes, after, rounds, points: [{round, price}], deal}], the original first. */
  constructor(root, lines, currency) {
    Object.assign(this, { lines, currency });
    this.plot = root.querySelector("[data-plot]");
    this.legend = root.querySelector("[data-legend]");
    this.reading = root.querySelector("[data-reading]");
    this.lastRound = Math.max(2, ...lines.map((one) => one.rounds));
    this.pointed = null;
    this.plot.tabIndex = 0;
    this.plot.addEventListener("pointermove", (event) => this.#point(this.#roundAt(event)));
    this.plot.addEventListener("pointerleave", () => this.#point(null));
    this.plot.addEventListener("focus", () => this.#point(this.pointed ?? this.lastRound));
    this.plot.addEventListener("blur", () => this.#point(null));
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.draw()).observe(this.plot);
    this.#explain();
  }

  draw() {
    this.width = Math.max(260, this.plot.clientWidth);
    const [low, high] = range(this.lines);
    this.x = (round) => MARGIN.left + ((round - 1) / (this.lastRound - 1)) * (this.width - MARGIN.left - MARGIN.right);
    this.y = (price) => MARGIN.top + ((high - price) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const drawing = shape("svg", { viewBox: `0 0 ${this.width} ${HEIGHT}`, width: this.width, height: HEIGHT, "aria-hidden": "true" });
    drawing.append(...this.#axes(low, high), ...this.lines.map((one) => this.#line(one)));
    drawing.append(shape("line", { class: "pointer", "data-pointer": "", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" }));
    this.plot.replaceChildren(drawing);
    this.plot.setAttribute("aria-label", "Lowest offer by round. Use the arrow keys to read each round; the figures are in the table below.");
    this.#point(this.pointed);
  }

  #axes(low, high) {
    const right = this.width - MARGIN.right;
    const rows = ticks(low, high).flatMap((price) => [
      shape("line", { class: "grid", x1: MARGIN.left, x2: right, y1: this.y(price), y2: this.y(price) }),
      shape("text", { class: "tick", x: MARGIN.left - 8, y: this.y(price) + 4, "text-anchor": "end" }, money(price, this.currency)),
    ]);
    const every = Math.ceil(this.lastRound / Math.max(4, Math.floor(this.width / 48)));
    const columns = [];
    for (let round = 1; round <= this.lastRound; round += every) {
      columns.push(shape("text", { class: "tick", x: this.x(round), y: HEIGHT - 9, "text-anchor": "middle" }, String(round)));
    }
    return [...rows, ...columns];
  }

  /** Rounds that it shares with its origin are on the origin's line. */
  #line(one) {
    const points = own(one);
    const group = shape("g", { class: `line ${one.hue}` });
    const path = one.deal === null ? points : [...points, { round: one.rounds, price: one.deal }];
    group.append(shape("path", { d: path.map(({ round, price }, index) => `${index ? "L" : "M"}${this.x(round).toFixed(1)} ${this.y(price).toFixed(1)}`).join("") }));
    group.append(...points.map(({ round, price }) => shape("circle", { cx: this.x(round), cy: this.y(price), r: round === one.after ? 5 : 3 })));
    if (one.deal !== null) {
      const [x, y] = [this.x(one.rounds), this.y(one.deal)];
      group.append(shape("path", { class: "deal", d: `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z` }));
    }
    return group;
  }

  #explain() {
    const entries = this.lines.map((one) => element("li", { class: one.hue }, element("span", { class: "swatch" }),
      element("span", {}, one.name, one.changes && element("span", { class: "faint" }, `: ${one.changes}`))));
    const deal = element("li", { class: "original" }, element("span", { class: "swatch deal-mark" }), "Deal");
    this.legend.replaceChildren(...entries, deal);
  }

  #roundAt(event) {
    const box = this.plot.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right);
    return 1 + Math.round(Math.min(1, Math.max(0, part)) * (this.lastRound - 1));
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#point(Math.min(this.lastRound, Math.max(1, (this.pointed ?? this.lastRound) + step)));
  }

  #point(round) {
    this.pointed = round;
    const pointer = this.plot.querySelector("[data-pointer]");
    pointer?.setAttribute("visibility", round === null ? "hidden" : "visible");
    this.reading.hidden = round === null;
    if (round === null || !this.x) return;
    const x = this.x(round);
    pointer?.setAttribute("x1", x);
    pointer?.setAttribute("x2", x);
    const rows = this.lines.map((one) => element("li", { class: one.hue }, element("span", { class: "swatch" }), element("span", {}, one.name),
      element("span", { class: "number" }, priceWords(one, round, this.currency))));
    this.reading.replaceChildren(element("strong", {}, `Round ${round}`), element("ul", {}, ...rows));
    const isRight = x > this.width / 2;
    this.reading.style.setProperty("left", isRight ? "auto" : `${x + 12}px`);
    this.reading.style.setProperty("right", isRight ? `${this.width - x + 12}px` : "auto");
  }
}

/** What a line draws itself: from the round on which it was branched after. */
export function own(one) {
  return one.points.filter(({ round }) => round >= one.after);
}

function priceWords(one, round, currency) {
  if (round > one.rounds) return one.deal === null ? "over" : `deal ${money(one.deal, currency)}`;
  return money(one.points.find((point) => point.round === round)?.price, currency);
}

function range(lines) {
  const prices = lines.flatMap((one) => [...one.points.map(({ price }) => price), ...(one.deal === null ? [] : [one.deal])]);
  const [low, high] = prices.length ? [Math.min(...prices), Math.max(...prices)] : [0, 1];
  const air = (high - low || high || 1) * 0.08;
  return [Math.max(0, low - air), high + air];
}

const root = document.querySelector("[data-compare]");
if (root) new ComparisonChart(root, JSON.parse(root.dataset.lines), root.dataset.currency).draw();
