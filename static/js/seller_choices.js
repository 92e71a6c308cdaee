// Which standing sellers are invited: searching, choosing all or none, and how many there may be.

export class SellerChoices {
  #form;
  #root;
  #most;
  #count;

  constructor(form, most) {
    this.#form = form;
    this.#root = form.querySelector("[data-choices]");
    this.#most = most;
    const tools = form.querySelector("[data-choice-tools]");
    if (!tools) return;
    this.#count = tools.querySelector("[data-chosen]");
    tools.hidden = false;
    tools.querySelector("[data-choose-all]").addEventListener("click", () => this.#chooseAll());
    tools.querySelector("[data-choose-none]").addEventListener("click", () => this.#chooseNone());
    tools.querySelector("[data-search]")?.addEventListener("input", (event) => this.#search(event.target.value));
    form.addEventListener("change", () => this.#tell());
    this.#tell();
  }

  #boxes() {
    return [...this.#root.querySelectorAll("input")];
  }

  /** As many of those in sight as there is room for. */
  #chooseAll() {
    let room = this.#most - this.#taken();
    for (const box of this.#boxes()) {
      if (box.checked || box.closest("[hidden]") || room <= 0) continue;
      box.checked = true;
      room -= 1;
    }
    this.#changed();
  }

  #chooseNone() {
    for (const box of this.#boxes()) box.checked = false;
    this.#changed();
  }

  #changed() {
    this.#boxes()[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #taken() {
    return this.#boxes().filter((box) => box.checked).length + this.#form.querySelectorAll("[data-newcomer]").length;
  }

  #tell() {
    const taken = this.#taken();
    this.#count.textContent = `${taken} of at most ${this.#most}`;
    this.#count.classList.toggle("is-over", taken > this.#most);
  }

  /** Whoever is chosen stays in sight. */
  #search(text) {
    const wanted = text.trim().toLowerCase();
    let found = 0;
    for (const choice of this.#root.querySelectorAll("[data-choice]")) {
      const words = `${choice.querySelector(".name").textContent} ${choice.querySelector("[data-stocked]").dataset.stocked}`.toLowerCase();
      const isMeant = words.includes(wanted);
      choice.hidden = !isMeant && !choice.querySelector("input").checked;
      found += isMeant ? 1 : 0;
    }
    this.#form.querySelector("[data-none-found]").hidden = found > 0;
  }
}
