// What is passing: who writes, who is here, how much is unread while the page is in the background.

import { capital } from "./desk_words.js";

const TYPING_LASTS = 6_000;
const SIDES = ["buyer", "seller"];

export class Signs {
  constructor({ party, other }) {
    Object.assign(this, { party, other, title: document.title, timer: 0 });
    this.typing = document.querySelector("[data-typing]");
    this.presence = document.querySelector("[data-presence]");
  }

  /** Nobody is told of the own side. */
  type({ sender_type: side, sender_name: name, is_typing: isTyping = true }) {
    if (this.party && side === this.party) return;
    clearTimeout(this.timer);
    this.typing.textContent = isTyping ? `${name ?? this.other} is writing…` : "";
    this.timer = setTimeout(() => (this.typing.textContent = ""), TYPING_LASTS);
  }

  /** The words have come. */
  settle({ sender_type: side }) {
    this.type({ sender_type: side, is_typing: false });
  }

  attend(frame) {
    const here = SIDES.filter((side) => frame[side] && side !== this.party);
    const names = here.map((side) => (this.party ? this.other : `the ${side}`));
    this.presence.textContent = names.length ? `${capital(names.join(" and "))} ${names.length > 1 ? "are" : "is"} here` : "";
  }

  tellUnread(unread) {
    document.title = unread ? `(${unread}) ${this.title}` : this.title;
  }
}
