// Sellers for this session alone: they come and go, and their stock has a row for each item of the list.

export class Newcomers {
  #form;
  #root;
  #items;
  #total;
  #most;
  #template;
  #stock;
  #addButton;

  /** `items` gives the rows of the list as they stand. */
  constructor(form, items) {
    this.#form = form;
    this.#items = items;
    this.#root = form.querySelector("[data-newcomers]");
    this.#total = form.querySelector('input[name="newcomers-TOTAL_FORMS"]');
    this.#most = Number(form.dataset.mostSellers);
    this.#template = this.#root.querySelector("[data-empty-newcomer]");
    this.#stock = this.#root.querySelector("[data-empty-stock]");
    this.#addButton = this.#root.querySelector("[data-add-newcomer]");
    this.#root.addEventListener("click", (event) => this.#act(event));
    form.addEventListener("input", (event) => {
      if (event.target.matches("[name$=-item_name]")) this.#nameStock();
    });
  }

  addItem() {
    for (const newcomer of this.#all()) lastStock(newcomer).after(this.#stock.content.cloneNode(true));
  }

  forgetItem(place) {
    for (const newcomer of this.#all()) newcomer.querySelectorAll("[data-stock-row]")[place]?.remove();
  }

  settle() {
    const all = this.#all();
    all.forEach((newcomer, number) => {
      newcomer.querySelector("legend").textContent = `New seller ${number + 1}`;
      newcomer.querySelector("[data-remove-newcomer]").hidden = false;
      newcomer.querySelectorAll("[data-stock-row]").forEach((row, place) => eachName(row, (value) => value.replace(/-stock-(\d+|__row__)-/, `-stock-${place}-`)));
      eachName(newcomer, (value) => value.replace(/newcomers-(\d+|__prefix__)-/g, `newcomers-${number}-`));
    });
    this.#total.value = all.length;
    this.#addButton.disabled = all.length >= this.#most;
    this.#nameStock();
  }

  #act(event) {
    if (event.target.closest("[data-add-newcomer]")) {
      event.preventDefault();
      this.#add();
    }
    const button = event.target.closest("[data-remove-newcomer]");
    if (button) {
      button.closest("[data-newcomer]").remove();
      this.settle();
      this.#addButton.focus();
      this.#form.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  #add() {
    this.#template.before(this.#template.content.cloneNode(true));
    const newcomer = this.#all().at(-1);
    const rows = [...newcomer.querySelectorAll("[data-stock-row]")];
    const wanted = this.#items().length;
    for (const extra of rows.slice(wanted)) extra.remove();
    for (let missing = rows.length; missing < wanted; missing += 1) lastStock(newcomer).after(this.#stock.content.cloneNode(true));
    this.settle();
    newcomer.querySelector("input").focus();
  }

  #nameStock() {
    const names = this.#items().map((row) => row.querySelector("[name$=-item_name]").value.trim());
    for (const newcomer of this.#all()) {
      newcomer.querySelectorAll("[data-stock-row]").forEach((row, place) => {
        const name = names[place] || `Item ${place + 1}`;
        row.querySelector("[data-stock-name]").textContent = name;
        row.setAttribute("aria-label", `Stock of ${name}`);
      });
    }
  }

  #all() {
    return [...this.#root.querySelectorAll("[data-newcomer]")];
  }
}

function lastStock(newcomer) {
  return [...newcomer.querySelectorAll("[data-stock-row]")].at(-1);
}

function eachName(root, change) {
  for (const part of root.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const attribute of ["name", "id", "for", "aria-describedby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, change(value));
    }
  }
}
