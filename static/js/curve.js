// Asks for the curve of a seat as its choices change, one question at a time, and shows it.

import { ApiError, post } from "./api.js";
import { CurveChart } from "./curve_chart.js";
import { curveFigures, curveWords } from "./curve_figures.js";
import { element } from "./elements.js";
import { money } from "./format.js";

const QUIET_MS = 250;
const RETRY_MS = 3000;
const EXAMPLES = { buyer: { max_price_per_unit: 100 }, seller: { least_price: 80, selling_price: 100 } };
const OTHER_NAMES = { buyer: "Best seller", seller: "The buyer" };
const MIND_NOTES = {
  llm: "Its model may leave this curve, within the strategy's latitude.",
  human: "A person moves here; this is what its agent would do.",
  external: "A program moves here; this is what its agent would do.",
};

export class Curve {
  #root;
  #read;
  #party;
  #chart;
  #timer = null;
  #isAsking = false;
  #asked = "";

  /**
   * `read` gives what is chosen beside it: {manner, maxRounds, mind, currency, items}, where each of `items` has a name
   * and the limits that are typed in for it, or null.
   */
  constructor(root, read) {
    this.#root = root;
    this.#read = read;
    this.#party = root.dataset.curve;
    root.hidden = false;
    this.#chart = new CurveChart(root);
    for (const select of root.querySelectorAll("select")) select.addEventListener("change", (event) => {
      event.stopPropagation(); // it belongs to no form
      this.askSoon(0);
    });
    this.askSoon(0);
  }

  askSoon(wait = QUIET_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.#isAsking || !this.#root.isConnected) return;
    const chosen = this.#read();
    const item = this.#chosenItem(chosen.items);
    const limits = item?.limits ?? EXAMPLES[this.#party];
    const body = {
      [this.#party]: { ...limits, ...chosen.manner },
      others: this.#value("others"), rivals: Number(this.#value("rivals")), max_rounds: chosen.maxRounds,
    };
    const question = JSON.stringify([body, chosen.currency, chosen.mind]);
    if (question === this.#asked) return;
    this.#isAsking = true;
    const answer = await answerTo(body);
    this.#isAsking = false;
    if (answer === "later") return this.askSoon(RETRY_MS);
    this.#asked = question;
    if (answer instanceof ApiError) this.#say(`Nothing to show yet: ${answer.message}`);
    else this.#show(answer, limits, chosen, item);
    this.askSoon();
  }

  #show(answer, limits, { currency, mind, maxRounds }, item) {
    const known = /^[A-Z]{3}$/.test(currency ?? "") ? currency : null;
    const written = (amount) => (known ? money(amount, known) : plain(amount));
    const edge = this.#party === "buyer"
      ? { price: limits.max_price_per_unit, name: "its limit" }
      : { price: limits.least_price, name: "its floor" };
    const figures = curveFigures(answer, edge, maxRounds);
    this.#chart.render(figures, { written, currency: known, otherName: OTHER_NAMES[this.#party] });
    this.#root.querySelector("[data-deal-key]").hidden = figures.deal === null;
    const example = item ? "" : `Until prices are typed in, for ${this.#party === "buyer" ? "a limit of 100" : "a floor of 80 and an asking price of 100"}.`;
    this.#say([curveWords(answer, written), MIND_NOTES[mind], example].filter(Boolean).join(" "));
  }

  /** The item whose prices are taken: the one chosen, else the first that has prices. */
  #chosenItem(items) {
    const priced = items.filter((one) => one.limits);
    const select = this.#root.querySelector("[data-curve-item]");
    const before = select.selectedIndex;
    const names = priced.map((one) => one.name);
    if (names.join("\n") !== [...select.options].map((one) => one.textContent).join("\n")) {
      select.replaceChildren(...names.map((name) => element("option", {}, name)));
      select.selectedIndex = Math.min(Math.max(before, 0), names.length - 1);
    }
    this.#root.querySelector("[data-curve-items]").hidden = names.length < 2;
    return priced[Math.max(0, select.selectedIndex)];
  }

  #value(which) {
    return this.#root.querySelector(`[data-curve-${which}]`).value;
  }

  #say(words) {
    const place = this.#root.querySelector("[data-words]");
    if (place.textContent !== words) place.textContent = words;
  }
}

/** A number that is typed in, null where there is none yet. */
export function typed(input) {
  const text = input?.value.trim().replaceAll(",", "") ?? "";
  const number = Number(text);
  return text && Number.isFinite(number) ? number : null;
}

/** What a request to the endpoint takes: rounds that make no sense are those of most rooms. */
export function rounds(input) {
  const number = typed(input);
  return Number.isInteger(number) && number >= 1 && number <= 100 ? number : 10;
}

/** A seller's limits, null while they are not prices. */
export function sellersLimits(least, asked) {
  return least !== null && asked !== null && least >= 0 && asked > least ? { least_price: least, selling_price: asked } : null;
}

async function answerTo(body) {
  try {
    return await post("/api/v1/preview/curve", body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 0 || error.status === 429 || error.status >= 500 ? "later" : error;
  }
}

function plain(amount) {
  return new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
}
