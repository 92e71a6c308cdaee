// Who could serve each item, asked of the server while the form is filled in; one question at a time.

import { element } from "./elements.js";

const QUIET_MS = 400;
const RETRY_MS = 3000;
const MATTERS = /^(items-|newcomers-|sellers$|currency$)/;

export class MatchPreview {
  #form;
  #rows;
  #timer = null;
  #isAsking = false;
  #isStale = false;

  /** `rows` gives the rows of the list as they stand. */
  constructor(form, rows) {
    this.#form = form;
    this.#rows = rows;
  }

  watch() {
    const changed = (event) => {
      if (MATTERS.test(event.target.name ?? "")) this.askSoon();
    };
    this.#form.addEventListener("input", changed);
    this.#form.addEventListener("change", changed);
    this.#form.addEventListener("click", (event) => this.#choose(event));
  }

  askSoon(wait = QUIET_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.#isAsking) {
      this.#isStale = true;
      return;
    }
    this.#isAsking = true;
    const rows = this.#rows();
    const told = await this.#answer();
    this.#isAsking = false;
    if (told === null) this.askSoon(RETRY_MS);
    else if (!this.#isStale) rows.forEach((row, place) => show(row, told.rows[place]));
    if (this.#isStale) {
      this.#isStale = false;
      this.askSoon();
    }
  }

  /** Null where the server cannot be asked now; nothing that was told before is taken back for that. */
  async #answer() {
    const asked = new FormData(this.#form);
    for (const unasked of ["csv_file", "csv_text", "words"]) asked.delete(unasked);
    const options = { method: "POST", body: asked, headers: { Accept: "application/json" }, credentials: "same-origin" };
    const response = await fetch(this.#form.dataset.check, options).catch(() => null);
    return response?.ok ? response.json().catch(() => null) : null;
  }

  /** A name from the stock takes the place of what was written, without a way to the server and back. */
  #choose(event) {
    const button = event.target.closest?.("[data-similar] button");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-item-row]");
    const input = row.querySelector("[name$=-item_name]");
    input.value = button.textContent;
    row.querySelector("[data-similar]").hidden = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }
}

function show(row, told) {
  const match = row.querySelector("[data-match]");
  const similar = row.querySelector("[data-similar]");
  const [headline, others] = match.children;
  match.hidden = !told?.preview;
  if (told?.preview) {
    match.classList.toggle("is-unserved", !told.preview.is_served);
    say(headline, told.preview.headline);
    say(others, told.preview.others);
  }
  similar.hidden = !told?.similar.length;
  similar.replaceChildren("In stock is: ", ...(told?.similar ?? []).flatMap((name) => [element("button", { type: "button", class: "link-button" }, name), " "]));
}

/** What is the same is not said again. */
function say(where, text) {
  if (where.textContent !== text) where.textContent = text;
}
