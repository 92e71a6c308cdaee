// The talk of a room, in a lane for each seller or merged into one chat. What is shown is never moved: new words come below.

import { Drafts } from "./drafts.js";
import { element } from "./elements.js";
import { change, clock, count, money, total, units } from "./format.js";
import { OVER, badge } from "./room_state.js";
import { standInReason, voiceWords } from "./voices.js";
import { writingInAll, writingInLane } from "./writing.js";

const BADGES = { best: "Best", within: "Within limit", over: "Over limit", low: "Below minimum" };
const STATES = { accepted: "Accepted", withdrawn: "Withdrawn", expired: "Expired", rejected: "Declined" };
const ACTS = { accept: "Accepts the bid", reject: "Rejects the offer", withdraw: "Takes the offer back", walk_away: "Leaves the room" };
const CLOSE_TO_END = 80;
const SWIPE = 60;

export class Talk {
  /**
   * `onAsk(entry)` is called when somebody wants to see what the model was asked for a message; null: nobody may.
   * `seatLinks` stands in each lane's head for its seat: `make(one)` and `refresh(place, one, room)`.
   */
  constructor(panel, { onAsk = null, seatLinks = null, isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches } = {}) {
    this.panel = panel;
    this.onAsk = onAsk;
    this.seatLinks = seatLinks;
    this.drafts = new Drafts((one) => this.#hueOf(one.kind, one.sellerId));
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
    const wasAtEnd = this.#isAtEnd();
    if (this.sellerCount !== room.sellers.length) this.#rebuild();
    else this.#append();
    this.#renderDrafts();
    if (wasAtEnd) this.#toEnd();
    this.#refresh();
  }

  setMode(mode) {
    this.mode = mode;
    this.panel.dataset.mode = mode;
    this.talk.dataset.mode = mode;
    if (this.room?.sellers.length) {
      this.#rebuild();
      this.#renderDrafts();
      this.#toEnd();
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
    this.drafts.clear();
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
      else if (entry.isForAll) this.#tellAll(entry);
      else this.#place(entry, isNew);
    }
    if (!fresh.length) return;
    if (wasAtEnd || isReplay) this.#toEnd();
    else this.newest.hidden = false;
  }

  #place(entry, isNew) {
    const row = this.#lanesOf(entry.round);
    if (this.mode === "merged") {
      above(row, this.#words(entry, entry.offers, isNew));
      return;
    }
    for (const sellerId of entry.sellerIds) {
      const cell = cellOf(row, sellerId);
      if (cell) above(cell, this.#words(entry, entry.offers.filter((offer) => offer.sellerId === sellerId), isNew));
    }
  }

  /** A line across all lanes; what comes after it stands below it, in a row of its own. */
  #tellAll(entry) {
    const row = this.#lanesOf(entry.round);
    const line = element("p", { class: "note for-all" }, entry.text);
    if (this.mode === "merged") above(row, line);
    else if (row.querySelector(".words:not(.draft), .note")) row.after(line);
    else row.before(line);
  }

  /** The row of a round that takes what comes next; round and row are made when they are first needed. */
  #lanesOf(round, { isAhead = false } = {}) {
    const section = this.talk.querySelector(`[data-round="${round}"]`) ?? this.#round(round, isAhead);
    if (!isAhead) section.classList.remove("is-ahead");
    const last = section.lastElementChild;
    if (last.matches(".round-lanes")) return last;
    const row = element("div", { class: "round-lanes" });
    if (this.mode === "lanes") {
      row.append(...this.room.sellers.map((one) =>
        element("div", { class: `cell${one.id === this.lane ? " is-shown" : ""}`, "data-lane": one.id })));
    }
    section.append(row);
    return row;
  }

  #round(round, isAhead) {
    const name = round === 0 ? "Before the first round" : `Round ${round}`;
    const section = element("section", { class: isAhead ? "round is-ahead" : "round", "data-round": round, "aria-label": name },
      element("h3", { class: "round-mark" }, element("span", {}, name)));
    this.talk.insertBefore(section, this.talk.querySelector(".round.is-ahead"));
    return section;
  }

  /** The buyer writes for a round that has not begun; if nothing comes of it, that round's mark goes again. */
  #renderDrafts() {
    const { room } = this;
    const wanted = this.mode === "merged"
      ? writingInAll(room).map((one) => ({ key: `${one.kind} ${one.sellerId}`, one, place: this.#lanesOf(one.round, { isAhead: true }) }))
      : room.sellers.flatMap(({ id }) => writingInLane(room, id).map((one) => (
        { key: `${one.kind} ${id}`, one, place: cellOf(this.#lanesOf(one.round, { isAhead: true }), id) })));
    if (wanted.length) this.talk.querySelector(".talk-hint")?.remove();
    this.drafts.render(wanted, { isNamed: this.mode === "merged" });
    for (const ahead of this.talk.querySelectorAll(".round.is-ahead")) if (!ahead.querySelector(".draft")) ahead.remove();
  }

  #words(entry, offers, isNew) {
    if (entry.kind === "note") return element("p", { class: "note" }, entry.text);
    const made = element("article", { class: `words ${entry.kind} ${this.#hueOf(entry.kind, entry.sellerIds[0])}${offers.length ? " with-offer" : ""}` },
      this.#who(entry),
      this.#said(entry, isNew),
      ...offers.map((offer) => this.#offer(entry, offer)));
    if (isNew && !this.isCalm && !entry.begun) arrive(made);
    return made;
  }

  #who(entry) {
    const isMerged = this.mode === "merged";
    const toAll = entry.sellerIds.length === this.room.sellers.length && this.room.sellers.length > 1;
    const to = isMerged && entry.kind === "buyer" ? (toAll ? "to all" : `to ${this.#names(entry.sellerIds)}`) : null;
    // In a lane the side says who speaks; the name is there for those who do not see it.
    const isNamed = isMerged || entry.isInterjection;
    const line = element("header", { class: "who" },
      element("b", { class: isNamed ? null : "visually-hidden" }, entry.name),
      to && element("span", {}, to),
      ACTS[entry.action] && element("span", { class: "act" }, ACTS[entry.action]),
      this.#voice(entry));
    if (entry.at) line.title = clock(new Date(entry.at));
    return line;
  }

  /** Whose words they are; where a model was to find them, a button to what it was asked. */
  #voice(entry) {
    const words = voiceWords(entry.voice);
    if (!words) return null;
    if (!this.onAsk || (entry.voice !== "model" && !entry.fallback)) return element("span", { class: "voice" }, words);
    const why = standInReason(entry.fallback);
    const full = why ? `${words}: ${why}` : words;
    const named = { "aria-haspopup": "dialog", "aria-label": `${full}. Show what the model was asked` };
    const button = element("button", { type: "button", class: `voice asked${why ? " stands-in" : ""}`, ...named },
      words, why && element("span", { class: "tip" }, capital(full)));
    button.addEventListener("click", () => this.onAsk(entry));
    return button;
  }

  /** Live words come one after the other, in the place they keep; what was read of them as a draft is there at once. */
  #said({ text, begun = "" }, isNew) {
    if (!text) return null;
    const isReplaced = !text.startsWith(begun);
    if (!isNew || this.isCalm || isReplaced) return element("p", { class: "said" }, text);
    const pieces = text.slice(begun.length).split(/(?<=\s)/).slice(0, 200);
    const said = element("p", { class: "said" }, begun, ...pieces.map((piece, index) => {
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
        this.seatLinks?.make(one),
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
    this.seatLinks?.refresh(head.querySelector(".lane-seat"), one, this.room);
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

  #hueOf(kind, sellerId) {
    return kind === "seller" ? `seller-${this.room.sellers.findIndex((one) => one.id === sellerId) + 1}` : "";
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

function cellOf(row, sellerId) {
  return row.querySelector(`[data-lane="${CSS.escape(sellerId)}"]`);
}

/** Recorded words stand above what is still being written. */
function above(place, made) {
  place.insertBefore(made, place.querySelector(":scope > .draft"));
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
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
  if (one.hasExpired) return [element("span", { class: "badge" }, "Expired")];
  if (one.hasWalked) return [element("span", { class: "badge" }, "Left")];
  if (one.isAgreed && one.standing) return [element("span", { class: "badge best" }, "Accepted")];
  return badgeOf(badge(room, one), words);
}

function privateLine(limits, currency) {
  const manner = { rude: "rude", neutral: "neutral", very_sweet: "very sweet" }[limits.speaking_style] ?? "";
  const aim = limits.priority === "customer_retention" ? "keeps customers" : "for profit";
  return `floor ${money(limits.least_price, currency)} · cost ${money(limits.cost_price, currency)} · ${aim}, ${manner}`;
}
