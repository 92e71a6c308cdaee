// With whose eyes an operator looks at the room, and the links for spectators. The server makes the page for those eyes.

import { ApiError, get, post, remove } from "./api.js";
import { element } from "./elements.js";
import { exactTime, relative } from "./format.js";
import { linkShown } from "./invitation.js";

const ONCE = "This link is shown once. Whoever has it can look on until it ends or you take it back.";

export class Eyes {
  constructor({ api }) {
    this.links = `${api}/spectator-links`;
    this.dialog = document.querySelector("[data-dialog=sharing]");
    showCurrent(document.querySelector("[data-eyes]"));
    if (!this.dialog) return;
    this.form = this.#part("sharing");
    document.querySelector("[data-shares]").addEventListener("click", () => this.#open());
    this.#part("make-link").addEventListener("click", (event) => this.#try(event.target, () => this.#make()));
  }

  /** Nothing of it changes with what happens in the room. */
  render() {}

  #open() {
    this.#part("made-link").replaceChildren();
    this.dialog.showModal();
    this.#try(null, () => this.#list());
  }

  async #make() {
    const { shows, days } = this.form.elements;
    const made = await post(this.links, { shows_talk: shows.value === "talk", days: Number(days.value) });
    this.#part("made-link").replaceChildren(...linkShown(made.address, ONCE));
    this.#part("made-link").querySelector("input").select();
    await this.#list();
  }

  async #list() {
    const { links } = await get(this.links);
    this.#part("links-part").hidden = !links.length;
    this.#part("links").replaceChildren(...links.map((link) => this.#line(link)));
  }

  #line(link) {
    const revoke = element("button", { type: "button", class: "button small danger" }, "Take back",
      element("span", { class: "visually-hidden" }, ` the link made ${relative(new Date(link.created_at))}`));
    revoke.addEventListener("click", () => this.#try(revoke, async () => {
      await remove(`${this.links}/${link.link_id}`);
      this.#part("made-link").replaceChildren();
      await this.#list();
    }));
    return element("li", {},
      element("span", {}, link.shows_talk ? "Talk and offers at the end" : "Progress only",
        element("span", { class: "faint small" }, "made ", time(link.created_at), ", ", ends(link.expires_at))),
      revoke);
  }

  /** What goes wrong is told in the dialog, which covers the page. */
  async #try(button, call) {
    const problem = this.#part("sharing-problem");
    problem.hidden = true;
    if (button) button.disabled = true;
    try {
      await call();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      if (button) button.disabled = false;
    }
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }
}

/** Of many sellers the chosen one may be beyond the edge of a small screen. */
function showCurrent(strip) {
  const current = strip?.querySelector("[aria-current]");
  if (current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
}

function time(at) {
  const date = new Date(at);
  return element("time", { datetime: at, title: exactTime(date), "data-relative": "" }, relative(date));
}

function ends(at) {
  const hours = Math.max(0, Math.round((new Date(at) - Date.now()) / 3_600_000));
  const left = hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
  return element("time", { datetime: at, title: exactTime(new Date(at)) }, `ends in ${left}`);
}
