// The talk of one thread: messages with their offer cards and quiet lines for what happened around them, oldest first.

import { element } from "./elements.js";
import { exactTime, money, shortTime } from "./format.js";
import { offerCard } from "./offer_card.js";

const ACTS = { accept: "Accepts the offer", reject: "Declines the offer", withdraw: "Takes the offer back", walk_away: "Walks away" };
const WITH_CARD = new Set(["offer", "counter_offer"]);
const CLOSE_TO_END = 80;

export class ThreadTalk {
  constructor(panel, { party, currency, why }) {
    this.place = panel.querySelector("[data-talk]");
    this.empty = panel.querySelector("[data-talk-empty]");
    this.newest = panel.querySelector("[data-newest]");
    this.party = party;
    this.currency = currency;
    this.why = why;
    this.shown = new Map(); // seq -> element, also for quiet lines
    this.newest.addEventListener("click", () => this.toEnd());
    this.place.addEventListener("scroll", () => this.#isAtEnd() && (this.newest.hidden = true), { passive: true });
  }

  /** `notes` is a Map of quiet lines by number; `readUpTo` is how far the other side has read. */
  render({ messages, notes, offers, readUpTo, unread }) {
    const wasAtEnd = this.#isAtEnd();
    const before = this.shown.size;
    const isFirst = before === 0;
    for (const message of messages) if (!this.shown.has(message.seq)) this.#insert(message.seq, this.#message(message));
    for (const [seq, words] of notes) if (!this.shown.has(seq)) this.#insert(seq, note(words));
    this.#refreshOffers(offers, messages);
    this.#refreshRead(messages, readUpTo);
    if (isFirst && unread) this.#markNew(messages, unread);
    this.empty.hidden = this.shown.size > 0;
    if (!this.shown.size) this.empty.textContent = "Nothing has been said yet.";
    if (this.shown.size === before) return;
    if (wasAtEnd || isFirst) this.toEnd();
    else this.newest.hidden = false;
  }

  toEnd() {
    this.place.scrollTop = this.place.scrollHeight;
    this.newest.hidden = true;
  }

  #insert(seq, made) {
    made.dataset.seq = seq;
    this.shown.set(seq, made);
    const after = [...this.place.querySelectorAll(":scope > [data-seq]")].find((one) => Number(one.dataset.seq) > seq);
    this.place.insertBefore(made, after ?? null);
  }

  #message(message) {
    if (message.party === "system" || message.kind === "system") return note(message.text);
    const side = this.party ? (message.party === this.party ? "own" : "other") : (message.party === "buyer" ? "own" : "other");
    const who = message.moved_by === "person" ? null : element("span", { class: "voice" }, message.moved_by);
    const line = element("header", { class: "who" },
      element("b", {}, message.sender_name), who,
      ACTS[message.kind] && element("span", { class: "act" }, ACTS[message.kind]),
      element("time", { datetime: message.at, title: exactTime(new Date(message.at)) }, shortTime(new Date(message.at))));
    return element("article", { class: `words ${side}${WITH_CARD.has(message.kind) ? " with-offer" : ""}`, "data-kind": message.kind },
      line,
      message.text && element("p", { class: "said" }, message.text),
      WITH_CARD.has(message.kind) && element("div", { class: "card-place", "data-offer-of": message.offer_id }),
      element("span", { class: "read-mark", hidden: true }));
  }

  /** Cards are drawn anew when something became of the offer. */
  #refreshOffers(offers, messages) {
    const known = new Map(offers.map((offer) => [offer.offer_id, offer]));
    for (const place of this.place.querySelectorAll("[data-offer-of]")) {
      const offer = known.get(place.dataset.offerOf);
      const told = offer && `${offer.state} ${offer.packages?.length} ${offer.response_message ?? ""}`;
      if (!offer || place.dataset.told === told) continue;
      place.dataset.told = told;
      const isSaid = messages.some((message) => message.text && message.text === offer.response_message);
      const { seq, sender_name: name } = messages.find((message) => message.offer_id === offer.offer_id && WITH_CARD.has(message.kind));
      const why = this.why.button(seq, `${name}, ${money(offer.price, this.currency)}`);
      place.replaceChildren(offerCard(isSaid ? { ...offer, response_message: "" } : offer, this.currency), why);
    }
  }

  /** Under the last of our own messages that the other side has read. */
  #refreshRead(messages, readUpTo) {
    const own = this.party ? messages.filter((message) => message.party === this.party) : [];
    const last = own.filter((message) => message.seq <= readUpTo).at(-1);
    for (const [seq, made] of this.shown) {
      const mark = made.querySelector(".read-mark");
      if (!mark) continue;
      mark.hidden = seq !== last?.seq;
      mark.textContent = mark.hidden ? "" : "Read";
    }
  }

  #markNew(messages, unread) {
    const others = messages.filter((message) => message.party !== this.party);
    const first = others.at(-unread);
    if (first && first !== messages[0]) this.shown.get(first.seq).before(element("p", { class: "note unread-mark" }, "New"));
  }

  #isAtEnd() {
    return this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight < CLOSE_TO_END;
  }
}

function note(words) {
  return element("p", { class: "note" }, words);
}
