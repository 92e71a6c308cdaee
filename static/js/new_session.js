// The form of a new session. Without this script it works all the same, with four rows and a button that checks.

import { Folds } from "./setup_folds.js";
import { MatchPreview } from "./match_preview.js";
import { Newcomers } from "./newcomers.js";
import { SellerChoices } from "./seller_choices.js";

const LARGEST_FILE = 200_000;

const form = document.querySelector("[data-new-session]");
const most = Number(form.dataset.mostItems);
const total = form.querySelector('input[name="items-TOTAL_FORMS"]');
const template = form.querySelector("[data-empty-row]");
const addButton = form.querySelector("[data-add-row]");
const newcomers = new Newcomers(form, rows);
const preview = new MatchPreview(form, rows);

addButton.hidden = false;
addButton.addEventListener("click", () => add().querySelector("input").focus());
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove-row]");
  if (button) remove(button.closest("[data-item-row]"));
});

for (const row of rows().slice(1)) {
  if (!isBlank(row)) continue;
  newcomers.forgetItem(rows().indexOf(row));
  row.remove();
}
settle();
new SellerChoices(form, Number(form.dataset.mostSellers));
new Folds(form);
preview.watch();
watchFile(form.querySelector("[data-csv-file]"), form.querySelector("[data-csv-problem]"));
watchCurrency(form.elements.currency, form.querySelector("[data-currency-name]"));
// The place that an address names takes the focus once more when all is loaded; this script knows better where it belongs.
for (const button of form.querySelectorAll("[formaction*='#']")) button.setAttribute("formaction", button.getAttribute("formaction").split("#")[0]);
focusFirst();

function rows() {
  return [...form.querySelectorAll("[data-item-row]")];
}

function isBlank(row) {
  return !row.querySelector(".errorlist") && [...row.querySelectorAll("input")].every((input) => (input.type === "checkbox" ? !input.checked : !input.value));
}

function add() {
  template.before(template.content.cloneNode(true));
  newcomers.addItem();
  settle();
  return rows().at(-1);
}

function remove(row) {
  const place = rows().indexOf(row);
  row.remove();
  newcomers.forgetItem(place);
  settle();
  preview.askSoon();
  const next = rows()[Math.min(place, rows().length - 1)];
  next.querySelector("input").focus();
}

/** Rows are numbered from nought without gaps, as the server counts them. */
function settle() {
  const all = rows();
  all.forEach((row, number) => {
    for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) renumber(part, attribute, number);
    }
    row.querySelector("[data-remove-row]").hidden = all.length === 1;
  });
  total.value = all.length;
  addButton.disabled = all.length >= most;
  newcomers.settle();
}

function renumber(part, attribute, number) {
  const value = part.getAttribute(attribute);
  if (value) part.setAttribute(attribute, value.replace(/items-(\d+|__prefix__)-/g, `items-${number}-`));
}

function watchFile(input, problem) {
  input.addEventListener("change", () => {
    const isTooLarge = (input.files[0]?.size ?? 0) > LARGEST_FILE;
    problem.textContent = isTooLarge ? "This file is larger than 200 KB; a shopping list is shorter." : "";
    problem.hidden = !isTooLarge;
    if (isTooLarge) input.value = "";
  });
}

function watchCurrency(input, name) {
  input.addEventListener("change", () => {
    input.value = input.value.trim().toUpperCase();
    name.textContent = input.value || "USD";
  });
}

/** After sending: the first field that is wrong; after reading: what was read. */
function focusFirst() {
  const wrong = form.querySelector("[aria-invalid=true]");
  wrong?.closest("details")?.setAttribute("open", "");
  (wrong ?? form.querySelector("[data-complaints]") ?? form.querySelector("[data-reading]"))?.focus();
  form.querySelector("[data-reading]")?.scrollIntoView({ block: "center" });
}
