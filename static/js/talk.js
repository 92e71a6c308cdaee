// The talk of a room, in a lane for each seller or merged into one chat. What is shown is never moved: new words come below.

import { element } from "./elements.js";
import { change, clock, count, money, total, units } from "./format.js";
import { OVER, badge } from "./room_state.js";

const BADGES = { best: "Best", within: "Within limit", over: "Over limit", low: "Below minimum" };
const STATES = { accepted: "Accepted", withdrawn: "Withdrawn", expired: "Expired", rejected: "Declined" };
const ACTS = { accept: "Accepts the bid", reject: "Rejects the offer", withdraw: "Takes the offer back", walk_away: "Leaves the room" };
const VOICES = { person: "typed by a person", model: "worded by a model" };
const CLOSE_TO_END = 80;
const SWIPE = 60;

export class Talk {
  constructor(panel, { isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches } = {}) {
    this.panel = panel;
    this.talk = panel.querySelector("[data-talk]");
    this.tabs = panel.querySelector("[data-tabs]");
    this.newest = panel.querySelector("[data-newest]");
    this.isCalm = isCalm;
    this.mode = "lanes";
    this.lane = null;
    this.shown = 0;
    this.panel.dataset.mode = this.mode;
    this.newest.addEventListener("click", () => this.#toEnd());
    this.talk.addEventListener("scroll", () => this.#isAtEnd() && (this.newest.hidden = true), { passive: true });
    this.tabs.addEventListener("keydown", (event) => this.#tabKey(event));
    this.#listenToSwipes();
  }

  /** Shows what is new in the room; the first time and after a change of mode, everything. */
  render(room) {
    this.room = room;
    this.panel.classList.toggle("is-over", OVER.has(room.status));
    if (room.entries.length === 0 && this.shown === 0 && !room.sellers.length) return;
    if (this.sellerCount !== room.sellers.length) this.#rebuild();
    else this.#append();
    this.#refresh();
  }

  setMode(mode) {
    this.mode = mode;
    this.panel.dataset.mode = mode;
    this.talk.dataset.mode = mode;
    if (this.room?.sellers.length) {
      this.#rebuild();
      this.#refresh();
    }
  }

  showPrivate(isShown) {
    this.isPrivateShown = isShown;
    if (this.room) this.#refresh();
  }

  showLane(sellerId) {
    this.lane = sellerId;
    for (const part of this.talk.querySelectorAll("[data-lane]")) {
      part.classList.toggle("is-shown", part.dataset.lane === sellerId);
    }
    for (const tab of this.tabs.children) {
      const isChosen = tab.dataset.seller === sellerId;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen && this.tabs.scrollWidth > this.tabs.clientWidth) {
        this.tabs.scrollTo({ left: tab.offsetLeft - 40 });
      }
    }
    this.#toEnd();
  }

  #rebuild() {
    this.sellerCount = this.room.sellers.length;
    this.shown = 0;
    this.talk.replaceChildren();
    this.talk.style.setProperty("--lanes", this.sellerCount);
    if (this.mode === "lanes") this.talk.append(this.#heads());
    this.tabs.replaceChildren(...this.room.sellers.map((one, index) => this.#tab(one, index)));
    if (!this.room.entries.length) this.talk.append(element("p", { class: "talk-hint" }, OVER.has(this.room.status) ? "Nothing was said." : "Nothing has been said yet."));
    this.#append({ isReplay: true });
    this.showLane(this.lane ?? this.room.sellers[0]?.id);
  }

  #append({ isReplay = false } = {}) {
    const wasAtEnd = this.#isAtEnd();
    const fresh = this.room.entries.slice(this.shown);
    this.shown = this.room.entries.length;
    if (fresh.length) this.talk.querySelector(".talk-hint")?.remove();
    for (const entry of fresh) {
      const isNew = !isReplay && entry.seq > this.room.knownSeq;
      if (entry.kind === "round") this.#lanesOf(entry.round);
      else this.#place(entry, isNew);
    }
    if (!fresh.length) return;
    if (wasAtEnd || isReplay) this.#toEnd();
    else this.newest.hidden = false;
  }

  #place(entry, isNew) {
    const row = this.#lanesOf(entry.round);
    if (this.mode === "merged") {
      row.append(this.#words(entry, entry.offers, isNew));
      return;
    }
    for (const sellerId of entry.sellerIds) {
      const cell = row.querySelector(`[data-lane="${CSS.escape(sellerId)}"]`);
      cell?.append(this.#words(entry, entry.offers.filter((offer) => offer.sellerId === sellerId), isNew));
    }
  }

  /** The row of a round; it is made with its mark when it is first needed. */
  #lanesOf(round) {
    const known = this.talk.querySelector(`[data-round="${round}"] .round-lanes`);
    if (known) return known;
    const name = round === 0 ? "Before the first round" : `Round ${round}`;
    const row = element("div", { class: "round-lanes" });
    if (this.mode === "lanes") {
      row.append(...this.room.sellers.map((one) =>
        element("div", { class: `cell${one.id === this.lane ? " is-shown" : ""}`, "data-lane": one.id })));
    }
    const section = element("section", { class: "round", "data-round": round, "aria-label": name },
      element("h3", { class: "round-mark" }, element("span", {}, name)), row);
    this.talk.append(section);
    return row;
  }

  #words(entry, offers, isNew) {
    if (entry.kind === "note") return element("p", { class: "note" }, entry.text);
    const made = element("article", { class: `words ${entry.kind} ${this.#hue(entry)}${offers.length ? " with-offer" : ""}` },
      this.#who(entry),
      ACTS[entry.action] && element("p", { class: "act" }, ACTS[entry.action]),
      this.#said(entry.text, isNew),
      ...offers.map((offer) => this.#offer(entry, offer)));
    if (isNew && !this.isCalm) arrive(made);
    return made;
  }

  #who(entry) {
    const voice = VOICES[entry.voice];
    const isMerged = this.mode === "merged";
    const toAll = entry.sellerIds.length === this.room.sellers.length && this.room.sellers.length > 1;
    const to = isMerged && entry.kind === "buyer" ? (toAll ? "to all" : `to ${this.#names(entry.sellerIds)}`) : null;
    // In a lane the side says who speaks; the name is there for those who do not see it.
    const isNamed = isMerged || entry.isInterjection;
    const parts = [element("b", {}, entry.name), to && element("span", {}, to), voice && element("span", { class: "faint" }, voice)];
    const line = element("header", { class: isNamed || voice ? "who" : "visually-hidden" }, ...parts);
    if (entry.at) line.title = clock(new Date(entry.at));
    return line;
  }

  /** Live words come one after the other, in the place they keep. */
  #said(text, isNew) {
    if (!text) return null;
    if (!isNew || this.isCalm) return element("p", { class: "said" }, text);
    const pieces = text.split(/(?<=\s)/).slice(0, 200);
    const said = element("p", { class: "said" }, ...pieces.map((piece, index) => {
      const word = element("span", { class: "word" }, piece);
      word.style.setProperty("--at", index);
      return word;
    }));
    setTimeout(() => said.replaceChildren(text), pieces.length * 26 + 400);
    return said;
  }

  #offer(entry, offer) {
    const { currency } = this.room;
    const kind = entry.kind === "buyer" ? "bid" : offer.isFinal && entry.action !== "accept" ? "final" : null;
    const moved = offer.change === null ? null : change(offer.change, currency);
    const direction = offer.change < 0 ? "down" : offer.change > 0 && entry.kind === "seller" ? "up" : "";
    return element("div", { class: "offer", "data-offer": offer.offerId, "data-by": entry.kind },
      element("div", { class: "offer-row" },
        element("span", { class: "offer-price number" }, money(offer.price, currency), kind && element("small", {}, kind)),
        element("span", { class: "offer-badge" })),
      element("div", { class: "offer-row" },
        element("span", { class: "offer-total number", title: units(offer.quantity) }, `× ${count(offer.quantity)} = ${money(total(offer.price, offer.quantity), currency)}`),
        moved && element("span", { class: `change ${direction}`, title: "Change to the last" }, moved)),
      offer.claim && element("span", { class: "claim" }, `Names a rival price: ${money(offer.claim, currency)}`));
  }

  #heads() {
    return element("div", { class: "lane-heads" }, ...this.room.sellers.map((one, index) =>
      element("header", { class: `lane-head seller-${index + 1}`, "data-lane": one.id, "data-head": "" },
        element("div", { class: "lane-name" }, element("strong", { title: one.name }, one.name), element("span", { class: "lane-ask" }, `asked ${money(one.ask, this.room.currency)}`)),
        element("div", { class: "lane-offer" }, element("span", { class: "number" }), element("span", { class: "lane-badge" })),
        element("p", { class: "lane-private" }))));
  }

  #tab(one, index) {
    const tab = element("button", { type: "button", role: "tab", class: `seller-${index + 1}`, "data-seller": one.id },
      element("span", { class: "swatch" }), one.name);
    tab.addEventListener("click", () => this.showLane(one.id));
    return tab;
  }

  /** What changes on words already shown: the badges, in the place kept for them. */
  #refresh() {
    for (const one of this.room.sellers) this.#refreshHead(one);
    for (const card of this.talk.querySelectorAll("[data-offer]")) this.#refreshOffer(card);
  }

  #refreshHead(one) {
    const head = this.talk.querySelector(`[data-head][data-lane="${CSS.escape(one.id)}"]`);
    if (!head) return;
    const offer = one.standing ?? one.quotes.at(-1);
    head.classList.toggle("is-closed", !one.isOpen);
    head.classList.toggle("is-winner", one.hasWon);
    head.querySelector(".lane-offer .number").textContent = offer ? money(offer.price, this.room.currency) : "–";
    head.querySelector(".lane-badge").replaceChildren(...laneBadge(this.room, one));
    const secret = head.querySelector(".lane-private");
    secret.hidden = !this.isPrivateShown;
    secret.textContent = one.limits ? privateLine(one.limits, this.room.currency) : "";
  }

  #refreshOffer(card) {
    const id = card.dataset.offer;
    const state = this.room.offerStates[id];
    card.dataset.state = state ?? "";
    const place = card.querySelector(".offer-badge");
    if (STATES[state]) {
      place.replaceChildren(element("span", { class: `badge ${state === "accepted" ? "best" : ""}` }, STATES[state]));
    } else if (card.dataset.by === "seller") {
      const one = this.room.sellers.find((known) => known.quotes.some((quote) => quote.offerId === id));
      const quote = one?.quotes.find((known) => known.offerId === id);
      place.replaceChildren(...badgeOf(quote && badge(this.room, one, quote)));
    }
  }

  #hue(entry) {
    if (entry.kind !== "seller") return "";
    return `seller-${this.room.sellers.findIndex((one) => one.id === entry.sellerIds[0]) + 1}`;
  }

  #names(sellerIds) {
    return sellerIds.map((id) => this.room.sellers.find((one) => one.id === id)?.name).filter(Boolean).join(", ");
  }

  #isAtEnd() {
    return this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < CLOSE_TO_END;
  }

  #toEnd() {
    this.talk.scrollTop = this.talk.scrollHeight;
    this.newest.hidden = true;
  }

  #tabKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#turn(step);
    this.tabs.querySelector('[aria-selected="true"]')?.focus();
  }

  #turn(step) {
    const ids = this.room?.sellers.map((one) => one.id) ?? [];
    const next = ids[ids.indexOf(this.lane) + step];
    if (next) this.showLane(next);
  }

  #listenToSwipes() {
    let start = null;
    this.talk.addEventListener("touchstart", (event) => {
      start = event.touches.length === 1 ? event.touches[0] : null;
    }, { passive: true });
    this.talk.addEventListener("touchend", (event) => {
      if (!start || this.mode !== "lanes" || getComputedStyle(this.tabs).display === "none") return;
      const end = event.changedTouches[0];
      const [across, down] = [end.clientX - start.clientX, end.clientY - start.clientY];
      if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) this.#turn(across < 0 ? 1 : -1);
    }, { passive: true });
  }
}

/** Once: a class left behind would play again whenever the lane is shown again. */
function arrive(words) {
  words.classList.add("is-fresh");
  setTimeout(() => words.classList.remove("is-fresh"), 400);
}

function badgeOf(name, words = BADGES) {
  return name ? [element("span", { class: `badge ${name}` }, words[name])] : [];
}

/** How a seller stands: won, gone, bound by its acceptance, or how its offer compares. */
export function laneBadge(room, one, words = BADGES) {
  if (one.hasWon) return [element("span", { class: "badge best" }, "Won")];
  if (one.hasWalked) return [element("span", { class: "badge" }, "Left")];
  if (one.isAgreed && one.standing) return [element("span", { class: "badge best" }, "Accepted")];
  return badgeOf(badge(room, one), words);
}

function privateLine(limits, currency) {
  const manner = { rude: "rude", neutral: "neutral", very_sweet: "very sweet" }[limits.speaking_style] ?? "";
  const aim = limits.priority === "customer_retention" ? "keeps customers" : "for profit";
  return `floor ${money(limits.least_price, currency)} · cost ${money(limits.cost_price, currency)} · ${aim}, ${manner}`;
}
