// The curve on a seller's page in the admin: of its stock as it is typed in, with its choices as they are chosen.

import { Curve, sellersLimits, typed } from "./curve.js";

const root = document.querySelector("[data-curve]");
const form = root?.closest("form");

if (form) {
  const curve = new Curve(root, seat);
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => curve.askSoon());
}

function seat() {
  const { priority, temperament, toughness, mind } = form.elements;
  const manner = { priority: priority.value, temperament: temperament.value, toughness: toughness.value };
  return { items: stock(), manner, mind: mind.value, maxRounds: 10, currency: null };
}

/** Lines that stay, with their prices where they are such. */
function stock() {
  const lines = [...form.querySelectorAll("input[name$=-item_name]")].filter((input) => !input.name.includes("__prefix__"));
  return lines.map((input) => {
    const field = (name) => form.elements[input.name.replace("item_name", name)];
    const limits = field("DELETE")?.checked ? null : sellersLimits(typed(field("least_price")), typed(field("selling_price")));
    return { name: input.value.trim() || "Without a name", limits };
  });
}
