// What an offer leaves to choose: its own terms, "or" a package of other terms and another price.

import { capital, termsWords } from "./desk_words.js";
import { element } from "./elements.js";
import { count, money } from "./format.js";

const SHORT = { delivery_days: ["delivery", "day"], payment_days: ["payment", "day"], warranty_months: ["warranty", "month"] };

/** The offer itself for 0, else the package of that number. */
export function optionOf(offer, number) {
  return number ? { ...offer, ...offer.packages[number - 1] } : offer;
}

/** The number of the package that says the same, 0 if none does. */
export function optionLike(offer, { price, terms }) {
  const said = (one) => JSON.stringify([one.price, Object.entries(one.terms ?? {}).sort()]);
  return (offer?.packages ?? []).findIndex((one) => said(one) === said({ price, terms })) + 1;
}

/** "Delivery in 7 days, payment within 30 days"; empty where no further term is named. */
export function termsLine(terms) {
  return termsWords(terms).map((words, place) => (place ? uncapital(words) : words)).join(", ");
}

/** As `termsLine`, in the middle of a sentence. */
export function termsWithin(terms) {
  return uncapital(termsLine(terms));
}

/** "delivery 7 days", each term by itself, for narrow places. */
export function shortTerms(terms) {
  return Object.entries(terms ?? {}).map(([name, value]) => {
    const [word, unit] = SHORT[name] ?? [name.replaceAll("_", " "), ""];
    return [word, count(value), unit && (value === 1 ? unit : `${unit}s`)].filter(Boolean).join(" ");
  });
}

/** "or $418.00 with delivery in 3 days" */
export function orWords({ price, terms }, currency) {
  const line = termsWithin(terms);
  return ["or ", element("b", { class: "number" }, money(price, currency)), line && ` with ${line}`];
}

/** The terms of an offer and its packages, as lines of a card. */
export function termLines({ terms, packages = [] }, currency) {
  const line = termsLine(terms);
  return [
    line && element("span", { class: "offer-terms" }, line),
    packages?.length > 0 && element("ul", { class: "offer-options", "aria-label": "Or instead" },
      ...packages.map((option) => element("li", {}, ...orWords(option, currency)))),
  ].filter(Boolean);
}

/** Whether more than the price is bargained over, as far as the viewer may know. */
export function isAboutTerms(room) {
  return room.sellers.some((one) => one.agenda?.length > 0 || one.standing?.packages?.length > 0);
}

export function nameOfTerm(name) {
  return capital(name.replaceAll("_", " "));
}

function uncapital(words) {
  return words ? words[0].toLowerCase() + words.slice(1) : words;
}
