// What a side's own limits say of an offer it is about to write: `your_limits` of its thread, a buyer's or a seller's.

import { count, money } from "./format.js";

/**
 * The other side's offer as a start for a counter-offer: its terms moved into the own ranges, and a price beyond the own
 * limit replaced by the own last one.
 */
export function within(limits, offer, own = null) {
  if (!limits) return offer;
  const terms = {};
  for (const [name, value] of Object.entries(offer.terms ?? {})) {
    const range = limits.terms[name];
    if (range) terms[name] = Math.min(Math.max(value, range[0]), range[1]);
  }
  const price = offer.price && isPriceWithin(limits, offer.price, terms) ? offer.price : own?.price;
  return { ...offer, price, terms };
}

function isPriceWithin(limits, price, terms) {
  const lost = burden(limits, terms);
  return limits.least_price === undefined ? price + lost <= limits.max_price_per_unit : price - lost >= limits.least_price;
}

/** What the terms take from the side against the best ends of its ranges, in money for a unit. */
function burden({ terms: ranges, term_worth: worth }, terms) {
  let lost = 0;
  for (const [name, value] of Object.entries(terms)) {
    const [[low, high], each] = [ranges[name], worth[name] ?? 0];
    lost += Math.abs(each) * (each > 0 ? high - value : value - low);
  }
  return lost;
}

/** By the names of the form's fields, in a few words; `named` are the terms that have one. */
export function hints(limits, currency, named) {
  const [low, high] = limits.least_price === undefined ? [limits.min_price_per_unit, limits.max_price_per_unit] : [limits.least_price, limits.selling_price];
  const told = { price: `Yours: ${money(low, currency)} to ${money(high, currency)}` };
  if (limits.stock !== undefined) told.quantity = `In stock: ${count(limits.stock)}`;
  for (const name of named) {
    const range = limits.terms[name];
    if (range) told[name] = range[0] === range[1] ? `Yours: ${count(range[0])}` : `Yours: ${count(range[0])} to ${count(range[1])}`;
    else if (Object.keys(limits.terms).length) told[name] = "Not among your terms";
  }
  return told;
}
