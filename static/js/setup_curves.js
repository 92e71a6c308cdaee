// The curves of a new session: the buyer's beside its choices, and one for each seller that is entered for it alone.

import { Curve, rounds, sellersLimits, typed } from "./curve.js";

const form = document.querySelector("[data-new-session]");
const curves = new Map(); // by their elements

show(form.querySelector('[data-curve="buyer"]'), buyersSeat);
// Heard before it gets there: opening does not bubble, and sellers come and go.
form.addEventListener("toggle", (event) => {
  const root = event.target.open && event.target.querySelector?.('[data-curve="seller"]');
  if (root) show(root, () => sellersSeat(root.closest("[data-newcomer]")));
}, true);
for (const kind of ["input", "change"]) form.addEventListener(kind, ask);
for (const opened of form.querySelectorAll("[data-newcomer] details[open]")) opened.dispatchEvent(new Event("toggle"));

function show(root, read) {
  if (!curves.has(root)) curves.set(root, new Curve(root, read));
}

function ask() {
  for (const [root, curve] of curves) {
    if (root.isConnected) curve.askSoon();
    else curves.delete(root);
  }
}

function buyersSeat() {
  const { buyer_temperament: temperament, buyer_policy: policy, buyer_mind: mind } = form.elements;
  const items = [...form.querySelectorAll("[data-item-row]")].map((row, place) => ({
    name: row.querySelector("[name$=-item_name]").value.trim() || `Item ${place + 1}`,
    limits: buyersLimits(typed(row.querySelector("[name$=-min_price_per_unit]")), typed(row.querySelector("[name$=-max_price_per_unit]"))),
  }));
  return { items, mind: mind.value, manner: { temperament: temperament.value, policy: policy.value }, ...ofTheSession() };
}

function buyersLimits(least, most) {
  return most !== null && most > Math.max(0, least ?? 0) ? { min_price_per_unit: Math.max(0, least ?? 0), max_price_per_unit: most } : null;
}

function sellersSeat(newcomer) {
  const field = (name) => newcomer.querySelector(`[name$=-${name}]`);
  const items = [...newcomer.querySelectorAll("[data-stock-row]")].map((row) => ({
    name: row.querySelector("[data-stock-name]").textContent,
    limits: sellersLimits(typed(row.querySelector("[name$=-least_price]")), typed(row.querySelector("[name$=-selling_price]"))),
  }));
  const manner = { priority: field("priority").value, temperament: field("temperament").value, toughness: field("toughness").value };
  return { items, mind: field("mind").value, manner, ...ofTheSession() };
}

function ofTheSession() {
  return { maxRounds: rounds(form.elements.max_rounds), currency: form.elements.currency.value.trim().toUpperCase() || "USD" };
}
