// Further terms as rows: from, to, how much each matters, and what is better. They are written into the two lines of text
// that the form sends, which stay as they are where this script does not run or cannot read what stands in them.

import { capital } from "./desk_words.js";
import { element } from "./elements.js";

// What is better for each side of the standard terms, until somebody says otherwise.
const STANDARD = { delivery_days: { buyer: "less", seller: "more" }, payment_days: { buyer: "more", seller: "less" }, warranty_months: { buyer: "more", seller: "less" } };
const MOST = 10;
const RANGE = /^([a-z][a-z0-9_ ]*?)[ :=]+(\d{1,6})(?:\s*(?:-|–|to)\s*(\d{1,6}))?$/i;
const WEIGHT = /^([a-z][a-z0-9_ ]*?)[ :=]+([-+−]?) ?(\d{1,3}(?:\.\d+)?) ?(%?)$/i;

class TermRows extends HTMLElement {
  connectedCallback() {
    if (this.closest("template") || this.querySelector(".term-table")) return;
    [this.ranges, this.weights] = this.querySelectorAll("input");
    const terms = readTerms(this.ranges.value, this.weights.value);
    if (terms) this.#showRows(terms);
  }

  #showRows(terms) {
    const names = new Set([...Object.keys(STANDARD), ...terms.keys()]);
    this.rows = element("div", { class: "term-table", role: "group", "aria-label": "Further terms" },
      element("div", { class: "term-row term-head", "aria-hidden": "true" },
        ...["Further term", "From", "To", "Matters, %", "Better is", ""].map((words) => element("span", {}, words))));
    for (const name of names) this.rows.append(this.#row(name, terms.get(name)));
    this.share = element("p", { class: "hint", role: "status" });
    this.more = element("button", { class: "button quiet small", type: "button" }, "Add a further term");
    this.more.addEventListener("click", () => this.#add());
    const complaints = [...this.querySelectorAll(".errorlist")];
    this.#hideText();
    this.append(this.rows, ...complaints, element("div", { class: "term-foot" }, this.more, this.share));
    this.#mark(complaints);
    this.addEventListener("input", () => this.#write());
    this.addEventListener("change", () => this.#write());
    this.#tellShare();
  }

  /** The text goes on being what is sent, unseen. */
  #hideText() {
    for (const input of [this.ranges, this.weights]) {
      input.closest(".field").hidden = true;
      input.type = "hidden";
    }
  }

  /** Links from the list of complaints lead to the first row that may be meant. */
  #mark(complaints) {
    for (const list of complaints) {
      const isWeight = list.id.includes("term_weights");
      const [text, part] = isWeight ? [this.weights, "weight"] : [this.ranges, "low"];
      const inputs = [...this.rows.querySelectorAll(`[data-part=${part}]`)];
      const meant = inputs.find((input) => input.value) ?? inputs[0];
      meant.id = text.id;
      text.removeAttribute("id");
      text.removeAttribute("aria-invalid");
      meant.setAttribute("aria-invalid", "true");
      meant.setAttribute("aria-describedby", list.id);
    }
  }

  #row(name, { low = "", high = "", weight = "", better } = {}) {
    const said = name ? capital(plain(name)) : "New term";
    const row = element("div", { class: "term-row", "data-name": name, role: "group", "aria-label": said });
    const known = name in STANDARD;
    const usual = STANDARD[name]?.[this.getAttribute("side")] ?? "less";
    row.append(
      name ? element("span", { class: "term-name" }, said) : named("Further term", field("name", "Name of the term", { maxlength: 40, autocomplete: "off", placeholder: "such as spare parts" })),
      named("From", field("low", `${said}, from`, { inputmode: "numeric" }, low)),
      named("To", field("high", `${said}, to`, { inputmode: "numeric" }, high)),
      named("Matters, %", field("weight", `${said}, how much it matters, in per cent`, { inputmode: "decimal", placeholder: "0" }, weight)),
      named("Better is", choice(`${said}, what is better`, better ?? usual)),
      known ? element("span", {}) : this.#removal(row));
    return row;
  }

  #removal(row) {
    const button = element("button", { class: "button quiet small", type: "button", "aria-label": "Remove this term" }, "Remove");
    button.addEventListener("click", () => {
      row.remove();
      this.more.focus();
      this.#write();
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return button;
  }

  #add() {
    const row = this.#row("");
    this.rows.append(row);
    row.querySelector("input").focus();
    this.#tellShare();
  }

  #write() {
    const terms = [...this.rows.querySelectorAll(".term-row:not(.term-head)")].map(termOf).filter((term) => term.name);
    this.ranges.value = terms.filter((term) => term.low || term.high).map(rangeText).join(", ");
    this.weights.value = terms.filter((term) => Number(term.weight) !== 0).map(weightText).join(", ");
    this.#tellShare();
  }

  #tellShare() {
    const weights = [...this.rows.querySelectorAll("[data-part=weight]")].map((input) => Number(input.value.replace(",", ".")));
    const left = 100 - weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    const isWrong = !(left > 0);
    this.share.textContent = Number.isNaN(left) ? "How much a term matters is a number of per cent." :
      isWrong ? `Nothing is left for the price: the terms weigh ${percent(100 - left)}.` :
      `The price matters the remaining ${percent(left)}.`;
    this.share.classList.toggle("is-wrong", isWrong);
    this.more.disabled = this.rows.querySelectorAll(".term-row:not(.term-head)").length >= MOST;
  }
}

customElements.define("term-rows", TermRows);

/** By name what both lines say, null if there is anything in them that no row can show. */
function readTerms(ranges, weights) {
  const terms = new Map();
  for (const part of parts(ranges)) {
    const found = RANGE.exec(part);
    if (!found || terms.has(key(found[1]))) return null;
    terms.set(key(found[1]), { low: found[2], high: found[3] ?? found[2] });
  }
  for (const part of parts(weights)) {
    const found = WEIGHT.exec(part);
    if (!found) return null;
    const [, name, sign, number, sized] = found;
    const size = sized ? Number(number) : Number(number) * 100;
    if (key(name) === "price") continue;
    terms.set(key(name), { ...terms.get(key(name)), weight: String(Number(size.toFixed(4))), better: sign && sign !== "+" ? "less" : "more" });
  }
  return terms;
}

function termOf(row) {
  const value = (part) => row.querySelector(`[data-part=${part}]`)?.value.trim().replace(",", ".") ?? "";
  return { name: plain(row.dataset.name || key(value("name"))), low: value("low"), high: value("high"), weight: value("weight"), better: value("better") };
}

/** One end alone is a range of one value. */
function rangeText({ name, low, high }) {
  return `${name} ${low || high}-${high || low}`;
}

function weightText({ name, weight, better }) {
  return `${name} ${better === "less" ? "-" : "+"}${weight} %`;
}

function field(part, label, attributes, value = "") {
  return element("input", { type: "text", "data-part": part, "aria-label": label, value, ...attributes });
}

function choice(label, chosen) {
  return element("select", { "data-part": "better", "aria-label": label },
    ...["less", "more"].map((value) => element("option", { value, selected: value === chosen }, value)));
}

/** On a narrow page each field shows what it is. */
function named(words, input) {
  return element("label", { class: "term-field" }, element("span", {}, words), input);
}

function parts(text) {
  return text.split(/[,;]/).map((part) => part.trim()).filter(Boolean);
}

function key(name) {
  return name.trim().toLowerCase().split(/\s+/).join("_");
}

function plain(name) {
  return name.replaceAll("_", " ");
}

function percent(number) {
  return `${Number(number.toFixed(2))} %`;
}
