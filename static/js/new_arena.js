// Setting up an arena: minds as chips, and a line that says what all of it comes to, asked of the server.

import { MindChips } from "./mind_chips.js";

const QUIET_MS = 400;
const RETRY_MS = 3000;

const form = document.querySelector("[data-new-arena]");
const plan = form.querySelector("[data-plan]");
const upload = form.querySelector("[data-file] input");
let timer = null;
let asked = 0;

function askSoon(wait = QUIET_MS) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

/** Only the latest question's answer counts. */
async function ask() {
  const mine = ++asked;
  const options = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" };
  const response = await fetch(form.dataset.check, options).catch(() => null);
  const told = response?.ok ? await response.json().catch(() => null) : null;
  if (mine !== asked) return;
  if (told === null) askSoon(RETRY_MS);
  else show(told);
}

function show({ words, errors }) {
  const [first] = Object.values(errors);
  const text = first ? `${words} ${first[0]}` : words;
  plan.classList.toggle("is-wrong", Boolean(first));
  if (plan.textContent !== text) plan.textContent = text;
}

/** The server would not take it; better said before it is on its way. */
function weigh() {
  const isTooLarge = (upload.files[0]?.size ?? 0) > Number(form.dataset.mostBytes);
  form.querySelector("[data-too-large]").hidden = !isTooLarge;
  if (isTooLarge) upload.value = "";
}

function countItems() {
  const chosen = form.querySelectorAll("[name=items]:checked").length;
  const place = form.querySelector("[data-items-chosen]");
  if (place) place.textContent = chosen ? `${chosen} chosen` : "none chosen";
}

for (const root of form.querySelectorAll("[data-minds]")) new MindChips(root, askSoon).show();
form.addEventListener("input", (event) => {
  if (event.target.name) askSoon();
});
form.addEventListener("change", (event) => {
  if (event.target.name === "items") countItems();
  if (event.target === upload) weigh();
  if (event.target.name) askSoon();
});
form.querySelector("[data-complaints]")?.focus();
ask();
