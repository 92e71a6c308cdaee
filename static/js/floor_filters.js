// Which cards of the floor are shown, by the state of their rooms. The order stays; the choice is in the address.

export class Filters {
  constructor(root, floor) {
    this.root = root;
    this.floor = floor;
    this.none = document.querySelector("[data-none-shown]");
    this.buttons = [...root.querySelectorAll("[data-filter]")];
    const named = this.buttons.find((button) => button.dataset.filter === location.hash.slice(1));
    this.chosen = named ?? this.buttons[0];
    for (const button of this.buttons) button.addEventListener("click", () => this.#choose(button));
    document.querySelector("[data-show-all]").addEventListener("click", () => {
      this.#choose(this.buttons[0]);
      this.buttons[0].focus();
    });
  }

  /** To be called when a card has come or tells another state. What is shown stays until another choice is made. */
  update() {
    const cards = [...this.floor.children];
    for (const button of this.buttons) {
      const count = String(cards.filter((card) => passes(button, card)).length);
      const place = button.querySelector("[data-count]");
      if (place.textContent !== count) place.textContent = count;
      button.setAttribute("aria-pressed", button === this.chosen);
    }
    for (const card of cards) {
      const isMeant = passes(this.chosen, card);
      if (isMeant) card.hidden = false;
      card.classList.toggle("is-past", !isMeant);
    }
    this.none.hidden = cards.some((card) => !card.hidden);
    document.querySelector("[data-none-words]").textContent = `None of the ${cards.length} rooms is in this state now.`;
  }

  /** Only what passes now. */
  show() {
    for (const card of this.floor.children) card.hidden = !passes(this.chosen, card);
    this.update();
  }

  #choose(button) {
    this.chosen = button;
    const address = new URL(location.href);
    address.hash = button.dataset.filter;
    history.replaceState(null, "", address);
    this.show();
  }
}

function passes(button, card) {
  return !button.dataset.passes || button.dataset.passes.split(" ").includes(card.dataset.status);
}
