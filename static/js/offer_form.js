// The dialog in which a move is written and confirmed: an offer, a yes, a no with or without a counter-offer, leaving.

import { ApiError } from "./api.js";
import { capital, sumWords } from "./desk_words.js";
import { element } from "./elements.js";
import { count, money } from "./format.js";
import { nameOfTerm, optionOf, termsWithin } from "./options.js";
import { hints } from "./own_limits.js";

const TERMS = ["delivery_days", "payment_days", "warranty_months"];
const MOVES = {
  offer: { title: "Make an offer", button: "Make the offer", path: "offer", shows: ["terms", "message"] },
  accept: { title: "Accept this offer?", button: "Accept", path: "accept", shows: ["message"] },
  reject: { title: "Decline this offer?", button: "Decline", path: "reject", shows: ["reason", "with-counter"] },
  withdraw: { title: "Take your offer back?", button: "Take it back", path: "withdraw", shows: ["message"] },
  walk_away: { title: "Walk away?", button: "Walk away", path: "walk-away", shows: ["message"] },
};
const LEAVING = "The thread ends without a deal and cannot be taken up again.";

export class OfferForm {
  /** `send(path, body)` makes the move and raises ApiError. */
  constructor(dialog, { currency, send }) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.currency = currency;
    this.send = send;
    this.confirm = dialog.querySelector("[data-confirm]");
    this.confirm.addEventListener("click", () => this.#submit());
    this.form.addEventListener("input", ({ target }) => {
      if (target !== this.form.elements.overrule) this.#part("overrule").hidden = true; // another offer, another question
      this.#tellSum();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.target.type === "checkbox") return;
      event.preventDefault(); // the first button of the form is the one that goes back
      this.#submit();
    });
    this.form.elements.with_counter.addEventListener("change", () => this.#showTerms());
  }

  /**
   * `offer` is what is answered or taken back, `option` which of its packages; `draft` fills the fields: {price,
   * quantity, terms, advice}; `agenda` names the terms that are bargained over, `limits` are the mover's own.
   */
  open(move, { offer = null, draft = {}, option = 0, agenda = [], limits = null, canCounter = false } = {}) {
    Object.assign(this, { move, offer, option, advice: draft.advice ?? null });
    const { title, button, shows } = MOVES[move];
    this.form.reset();
    this.#part("title").textContent = move === "offer" && offer ? "Make a counter-offer" : title;
    this.confirm.textContent = button;
    this.confirm.classList.toggle("danger", move === "walk_away");
    for (const name of ["terms", "message", "reason", "with-counter"]) this.#part(name).hidden = !shows.includes(name);
    if (!canCounter) this.#part("with-counter").hidden = true;
    this.#fill(draft, agenda);
    this.#hint(limits);
    this.#about(move === "walk_away" ? LEAVING : move !== "offer" && offer ? this.#offerWords(optionOf(offer, option)) : "");
    this.#complain("");
    this.#part("overrule").hidden = true;
    this.#tellSum();
    this.dialog.showModal();
    if (move === "offer") this.form.elements.price.focus();
  }

  /** The server has said which of the mover's own limits this goes beyond. */
  warn(error) {
    this.#part("beyond").textContent = `${capital(error.details.find((detail) => detail.can_overrule).reason)}.`;
    this.form.elements.overrule.checked = false;
    this.#part("overrule").hidden = false;
    this.form.elements.overrule.focus();
  }

  async #submit() {
    const body = this.#body();
    if (!body) return;
    this.confirm.disabled = true;
    this.#complain("");
    try {
      await this.send(MOVES[this.move].path, body);
      this.dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mayOverrule(error) && !body.overrule) this.warn(error);
      else this.#complain(error.message);
    } finally {
      this.confirm.disabled = false;
    }
  }

  /** What the fields say, null if they say no move; what is wrong is told beside them then. */
  #body() {
    const { elements } = this.form;
    const said = elements.message.value.trim();
    const body = { ...(this.#part("overrule").hidden ? {} : { overrule: elements.overrule.checked }) };
    if (!this.#part("message").hidden && said) body.message = said;
    if (this.offer && this.move !== "offer" && this.move !== "walk_away") body.offer_id = this.offer.offer_id;
    if (this.move === "accept" && this.option) body.package = this.option;
    if (this.move === "reject" && elements.reason.value.trim()) body.reason = elements.reason.value.trim();
    if (this.#part("terms").hidden) return body;
    const terms = this.#terms();
    if (!terms) return null;
    if (this.move === "reject") return { ...body, counter_offer: terms };
    return { ...body, ...terms, ...(this.advice ? { advice: this.advice } : {}) };
  }

  #terms() {
    const { elements } = this.form;
    const price = readPrice(elements.price.value);
    const quantity = readCount(elements.quantity.value);
    if (!price) return this.#refuse(elements.price, "Enter a price for one unit, such as 415 or 415.50.");
    if (!quantity) return this.#refuse(elements.quantity, "Enter a whole number of units.");
    const terms = {};
    for (const [name, field] of this.termFields) {
      const words = field.value.trim();
      if (!words) continue;
      terms[name] = readCount(words);
      if (terms[name] === null) return this.#refuse(field, "Enter a whole number, or leave it empty.");
    }
    return { price, quantity, ...(Object.keys(terms).length ? { terms } : {}) };
  }

  #fill({ price, quantity, terms }, agenda) {
    const { elements } = this.form;
    if (price) elements.price.value = price.toFixed(2).replace(/\.00$/, "");
    if (quantity) elements.quantity.value = quantity;
    this.#makeTermFields([...new Set([...agenda, ...Object.keys(terms ?? {})])]);
    for (const [name, field] of this.termFields) field.value = terms?.[name] ?? "";
    this.dialog.querySelector(".more-terms").open = agenda.length > 0 || Object.keys(terms ?? {}).length > 0;
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  /** The standard terms have their fields in the page; whatever else is bargained over gets one. */
  #makeTermFields(names) {
    const row = this.dialog.querySelector(".more-terms .form-row");
    for (const made of row.querySelectorAll("[data-own-term]")) made.remove();
    this.termFields = new Map(TERMS.map((name) => [name, this.form.elements[name]]));
    for (const name of names.filter((one) => !TERMS.includes(one))) {
      const field = element("input", { id: `offer-own-${name}`, inputmode: "numeric", autocomplete: "off" });
      row.append(element("div", { class: "field", "data-own-term": name }, element("label", { for: field.id }, nameOfTerm(name)), field));
      this.termFields.set(name, field);
    }
  }

  /** Beneath each field, what the mover's own limits say of it. */
  #hint(limits) {
    for (const told of this.form.querySelectorAll("[data-own-limit]")) told.remove();
    for (const [name, words] of Object.entries(limits ? hints(limits, this.currency, [...this.termFields.keys()]) : {})) {
      const field = this.termFields.get(name) ?? this.form.elements[name];
      const hint = element("p", { id: `${field.id}-hint`, class: "small soft", "data-own-limit": name }, words);
      field.setAttribute("aria-describedby", hint.id);
      field.after(hint);
    }
  }

  #showTerms() {
    this.#part("terms").hidden = !this.form.elements.with_counter.checked;
    this.confirm.textContent = this.form.elements.with_counter.checked ? "Decline and counter" : "Decline";
    this.#tellSum();
  }

  #tellSum() {
    const [price, quantity] = [readPrice(this.form.elements.price.value), readCount(this.form.elements.quantity.value)];
    this.#part("sum").textContent = price && quantity ? sumWords({ price, quantity }, this.currency) : "";
  }

  #offerWords(offer) {
    return [`${count(offer.quantity)} × ${money(offer.price, this.currency)} = ${money(offer.total, this.currency)}`, termsWithin(offer.terms)].filter(Boolean).join(", ");
  }

  #about(words) {
    this.#part("about").textContent = words;
    this.#part("about").hidden = !words;
  }

  #refuse(field, words) {
    field.setAttribute("aria-invalid", "true");
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    this.#complain(words);
    return null;
  }

  #complain(words) {
    this.#part("problem").textContent = words;
    this.#part("problem").hidden = !words;
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }
}

export function mayOverrule(error) {
  return error.code === "OUTSIDE_MANDATE" && Boolean(error.details?.some?.((detail) => detail.can_overrule));
}

/** "415", "415.5", "415,50", "1,234.50" as a number; null for anything else. */
export function readPrice(words) {
  const plain = words.replace(/[\s\u00a0]/g, "").replace(/^[^\d.,-]+/, "");
  const isGrouped = /^\d{1,3}(,\d{3})+(\.\d{1,2})?$/.test(plain);
  const number = isGrouped ? plain.replaceAll(",", "") : plain.replace(",", ".");
  return /^\d+(\.\d{1,2})?$/.test(number) && Number(number) > 0 ? Number(number) : null;
}

export function readCount(words) {
  const plain = words.replace(/[\s\u00a0]/g, "");
  return /^(\d{1,9}|\d{1,3}(,\d{3}){1,2})$/.test(plain) ? Number(plain.replaceAll(",", "")) : null;
}
