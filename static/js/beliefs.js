// What our side thinks of the other's limits: asked of the server after each round, drawn on the scale of the price line.

import { ApiError, get } from "./api.js";
import { chartFigures } from "./chart.js";
import { element, shape } from "./elements.js";
import { money } from "./format.js";
import { OVER, bestStanding } from "./room_state.js";

const ROW = 9;
const BAR = 5;
const SIDE = 10; // as the line of prices has it
const REST = 250;

export class Beliefs {
  constructor({ api, as = "" }) {
    this.root = document.querySelector("[data-beliefs]");
    if (!this.root) return;
    this.url = `${api}/beliefs${query(as)}`;
    this.told = null;
    this.pointed = null;
    this.bars = this.#part("bars");
    this.bars.addEventListener("pointermove", (event) => this.#point(event));
    this.bars.addEventListener("pointerleave", () => this.#point(null));
    new ResizeObserver(() => this.room && this.#draw()).observe(this.bars);
  }

  render(room) {
    if (!this.root || !room.sellers.length) return;
    this.room = room;
    // While the record is still being read, each of its rounds is over already.
    if (room.lastSeq >= room.knownSeq) this.#askFor(room.outcome ? "end" : `round ${room.round}`);
    this.#draw();
  }

  /** One question at a time, and none twice for the same stage of the room. */
  #askFor(stage) {
    if (this.stage === stage) return;
    this.stage = stage;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), REST);
  }

  async #ask() {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    this.isAsking = true;
    this.isStale = false;
    try {
      this.told = await get(this.url);
      this.#draw();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what was thought before stands until the next round
    }
    this.isAsking = false;
    if (this.isStale) this.#ask();
  }

  #draw() {
    this.lines = believed(this.room, this.told);
    this.#drawBars();
    this.#say();
    this.#tabulate();
  }

  #drawBars() {
    const width = Math.max(200, this.bars.clientWidth);
    const height = this.lines.length * ROW + 4;
    const { low, high } = chartFigures(this.room);
    const scale = {
      has: (price) => price !== null && price >= low && price <= high,
      x: (price) => SIDE + ((Math.min(high, Math.max(low, price)) - low) / (high - low)) * (width - 2 * SIDE),
    };
    const own = ownLimit(this.room);
    this.bars.replaceChildren(shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
      scale.has(own) && shape("line", { class: "own", x1: scale.x(own), x2: scale.x(own), y1: 0, y2: height }),
      ...this.lines.flatMap((line, index) => bar(line, 2 + index * ROW, scale))));
  }

  #say() {
    this.#part("more").hidden = !this.told;
    if (!this.told) return;
    const line = this.lines[this.pointed] ?? this.lines.find((one) => one.id === bestStanding(this.room)?.id) ?? this.lines[0];
    this.#part("words").replaceChildren(
      element("span", { class: `swatch seller-${line.hue}` }), ` ${sentence(line, this.room)}`);
  }

  #tabulate() {
    const { isSeller } = this.room;
    const knowsTruth = this.lines.some((line) => line.truth !== null);
    const head = [isSeller ? "Buyer" : "Seller", isSeller ? "Its limit lies" : "Its floor lies", "How sure",
      isSeller ? "Takes your last offer" : "Takes the last bid", knowsTruth && "In truth"].filter(Boolean);
    const right = (index) => (index === 0 || index === 2 ? null : "right");
    this.#part("caption").textContent = `What ${isSeller ? "you may think" : `${this.room.buyer.name} may think`} of the ${isSeller ? "buyer\u2019s limit" : "sellers\u2019 floors"}, from the offers so far`;
    this.#part("head").replaceChildren(element("tr", {}, ...head.map((name, index) => element("th", { scope: "col", class: right(index) }, name))));
    this.#part("rows").replaceChildren(...this.lines.map((line) => row(line, this.room, knowsTruth)));
  }

  #point(event) {
    const before = this.pointed;
    this.pointed = event && this.lines ? Math.min(this.lines.length - 1, Math.max(0, Math.floor((event.offsetY - 2) / ROW))) : null;
    if (this.pointed !== before && this.lines) this.#say();
  }

  #part(name) {
    return this.root.querySelector(`[data-belief-${name}]`);
  }
}

/** A line for each seller, or for a seller one about the buyer: {id, name, hue, belief, truth}. */
export function believed(room, told) {
  const of = (id) => told?.beliefs.find((one) => one.seller_id === id) ?? null;
  return room.sellers.map((one, index) => ({
    id: one.id,
    name: room.isSeller ? room.buyer.name : one.name,
    hue: room.isSeller ? "buyer" : index + 1,
    belief: of(one.id),
    truth: room.isSeller ? null : one.limits?.least_price ?? null,
  }));
}

/** What is thought, as one would say it. */
export function sentence({ name, belief, truth }, room) {
  const limit = `${possessive(name)} ${room.isSeller ? "limit" : "floor"}`;
  if (!isSaid(belief)) return `Too early to say where ${limit} is.`;
  const place = isOpenEnded(belief, room) ? `${rough(belief.low, room)} or more` : `between ${rough(belief.low, room)} and ${rough(belief.high, room)}`;
  const words = belief.certainty === "likely" ? `${limit} is probably ${place}.` : `${limit} may be ${place}, not sure yet.`;
  return [words, chanceWords(belief, room), truth !== null && `In truth it is ${money(truth, room.currency)}.`].filter(Boolean).join(" ");
}

function chanceWords({ latest_offer: offer, acceptance_probability: chance }, { status, currency }) {
  if (chance === null || OVER.has(status)) return "";
  return `A chance of ${percent(chance)} that ${money(offer.price, currency)} is taken.`;
}

/** What lies beyond the scale is left to the words. */
function bar({ hue, belief, truth }, y, { has, x }) {
  const parts = [];
  if (isSaid(belief)) {
    const [from, to] = [x(belief.low), x(belief.high)];
    parts.push(shape("rect", { class: `thought seller-${hue}`, "data-certainty": belief.certainty, x: from, y, width: Math.max(4, to - from), height: BAR, rx: 2 }));
  }
  if (has(truth)) parts.push(shape("path", { class: "truth", d: `M${x(truth)} ${y - 1}v${BAR + 2}` }));
  return parts;
}

/** So far beyond all prices of the room, an end says nothing. */
function isOpenEnded(belief, room) {
  return belief.high > chartFigures(room).high;
}

function isSaid(belief) {
  return belief !== null && belief.certainty !== "too_early";
}

function row({ name, hue, belief, truth }, room, knowsTruth) {
  const isEarly = !isSaid(belief);
  return element("tr", {},
    element("th", { scope: "row" }, element("span", { class: `swatch seller-${hue}` }), " ", name),
    element("td", { class: "right" }, isEarly ? "\u2013" : `${rough(belief.low, room)} ${isOpenEnded(belief, room) ? "or more" : `to ${rough(belief.high, room)}`}`),
    element("td", {}, isEarly ? "Too early" : belief.certainty === "likely" ? "Probably" : "Not sure"),
    element("td", { class: "right" }, isEarly || belief.acceptance_probability === null ? "\u2013" : percent(belief.acceptance_probability)),
    knowsTruth && element("td", { class: "right" }, money(truth, room.currency)));
}

/** Of whoever looks: the buyer's limit, or a seller's floor. */
function ownLimit(room) {
  return room.isSeller ? room.sellers[0]?.limits?.least_price ?? null : room.limits?.most ?? null;
}

function percent(chance) {
  return chance < 0.01 ? "under 1 %" : `${Math.round(chance * 100)} %`;
}

/** An estimate is not told to the cent. */
function rough(amount, { currency }) {
  const digits = amount < 20 ? 2 : 0;
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat("en-US", options).format(amount);
}

function query(as) {
  const [type, id = ""] = as === "xray" ? [""] : as.split(":");
  return type ? `?${new URLSearchParams({ agent_type: type, agent_id: id })}` : "";
}

function possessive(name) {
  return /s$/i.test(name) ? `${name}\u2019` : `${name}\u2019s`;
}
