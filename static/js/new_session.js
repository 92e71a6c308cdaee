// The shopping list of the new session: rows come and go. Without this script the page has four.

const form = document.querySelector("[data-new-session]");
const most = Number(form.dataset.mostItems);
const total = form.querySelector('input[name="items-TOTAL_FORMS"]');
const template = form.querySelector("[data-empty-row]");
const addButton = form.querySelector("[data-add-row]");

addButton.hidden = false;
addButton.addEventListener("click", () => add().querySelector("input").focus());
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove-row]");
  if (button) remove(button.closest("[data-item-row]"));
});

for (const row of rows().slice(1)) if (isBlank(row)) row.remove();
settle();

function rows() {
  return [...form.querySelectorAll("[data-item-row]")];
}

function isBlank(row) {
  return !row.querySelector(".errorlist") && [...row.querySelectorAll("input")].every((input) => (input.type === "checkbox" ? !input.checked : !input.value));
}

function add() {
  template.before(template.content.cloneNode(true));
  settle();
  return rows().at(-1);
}

function remove(row) {
  const place = rows().indexOf(row);
  row.remove();
  settle();
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
}

function renumber(part, attribute, number) {
  const value = part.getAttribute(attribute);
  if (value) part.setAttribute(attribute, value.replace(/items-(\d+|__prefix__)-/g, `items-${number}-`));
}
