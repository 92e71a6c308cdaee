// The talk of a room, in a lane for each seller or merged into one chat. What is shown is never moved: new words come below.

import { laneBadge } from "./badges.js";
import { Drafts } from "./drafts.js";
import { element } from "./elements.js";
import { money } from "./format.js";
import { OVER } from "./room_state.js";
import { Stretches } from "./stretches.js";
import { bubble, hueOf, plainWords, refreshCard } from "./talk_words.js";
import { writingInAll, writingInLane } from "./writing.js";

const CLOSE_TO_END = 80;
const SWIPE = 60;
const LONGEST_STRETCH = 40; // messages; a round with more is parted
const SEEN = ["sellers", "offerStates", "seats", "status", "limits"]; // what heads and badges are made of
const GUESSED = 130; // pixels that a message takes before any was drawn

export class Talk {
  /**
   * `onAsk(entry)` is called when somebody wants to see what the model was asked for a message; null: nobody may.
   * `why` makes the buttons that tell why an offer was made; without it there are none.
   * `seatLinks` stands in each lane's head for its seat: `make(one)` and `refresh(place, one, room)`.
   */
  constructor(panel, { onAsk = null, why = null, seatLinks = null, isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches } = {}) {
    this.panel = panel;
    this.onAsk = onAsk;
    this.why = why;
    this.seatLinks = seatLinks;
    this.drafts = new Drafts((one) => hueOf(this.room, one.kind, one.sellerId));
    this.talk = panel.querySelector("[data-talk]");
    this.tabs = panel.querySelector("[data-tabs]");
    this.newest = panel.querySelector("[data-newest]");
    this.isCalm = isCalm;
    this.mode = "lanes";
    this.lane = null;
    this.shown = 0;
    this.rounds = new Map(); // number -> {section, stretches}
    this.cards = new Map(); // place -> {offer, kind}, of what is drawn
    this.arriving = new Set();
    this.stretches = new Stretches(this.talk, {
      draw: (stretch) => this.#draw(stretch),
      clear: ({ place }) => this.#forgetCards(place),
      heightOf: ({ entries }) => GUESSED * (this.mode === "merged" ? entries.length : longestLane(entries)),
      textOf: (entry) => plainWords(entry, this.room.currency),
    });
    this.panel.dataset.mode = this.mode;
    this.newest.addEventListener("click", () => this.#toEnd());
    this.talk.addEventListener("scroll", () => this.#isAtEnd() && (this.newest.hidden = true), { passive: true });
    this.tabs.addEventListener("keydown", (event) => this.#tabKey(event));
    this.#listenToSwipes();
  }

  /** Shows what is new in the room; the first time, after a change of mode and after a reset, everything. */
  render(room) {
    this.room = room;
    this.panel.classList.toggle("is-over", OVER.has(room.status));
    if (room.entries.length === 0 && this.shown === 0 && !room.sellers.length) return;
    const wasAtEnd = this.#isAtEnd();
    if (this.sellerCount !== room.sellers.length || room.entries.length < this.shown) this.#rebuild();
    else this.#append();
    this.#renderDrafts();
    if (wasAtEnd) this.#toEnd();
    this.#refresh();
  }

  /** The next room to be rendered is shown from its beginning, whatever was shown before. */
  reset() {
    this.sellerCount = null;
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
    if (this.room) this.#refreshHeads();
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
    this.stretches.forget();
    this.rounds.clear();
    this.cards.clear();
    this.told = null;
    this.talk.replaceChildren();
    this.talk.style.setProperty("--lanes", this.sellerCount);
    if (this.mode === "lanes") this.talk.append(this.#heads());
    this.tabs.replaceChildren(...this.room.sellers.map((one, index) => this.#tab(one, index)));
    if (!this.room.entries.length) this.talk.append(element("p", { class: "talk-hint" }, OVER.has(this.room.status) ? "Nothing was said." : "Nothing has been said yet."));
    this.#append({ isReplay: true });
    this.showLane(this.lane ?? this.room.sellers[0]?.id);
  }

  #append({ isReplay = false } = {}) {
    const fresh = this.room.entries.slice(this.shown);
    if (!fresh.length) return;
    const wasAtEnd = this.#isAtEnd();
    this.shown = this.room.entries.length;
    this.talk.querySelector(".talk-hint")?.remove();
    this.arriving = new Set(isReplay || this.isCalm ? [] : fresh.filter((entry) => entry.seq > this.room.knownSeq));
    const away = new Set();
    for (const entry of fresh) {
      const stretch = this.#stretchOf(entry);
      if (entry.kind === "round") continue;
      stretch.entries.push(entry);
      if (stretch.isDrawn) this.#place(stretch, entry);
      else away.add(stretch);
    }
    for (const stretch of away) this.stretches.tell(stretch);
    if (wasAtEnd || isReplay) this.#toEnd();
    else {
      this.newest.hidden = false;
      this.stretches.settle();
    }
    this.arriving.clear();
  }

  /** The stretch that takes what comes next in a round; round and stretch are made when they are first needed. */
  #stretchOf({ round }, { isAhead = false } = {}) {
    const known = this.rounds.get(round) ?? this.#round(round, isAhead);
    if (!isAhead) known.section.classList.remove("is-ahead");
    const last = known.stretches.at(-1);
    if (last && last.entries.length < LONGEST_STRETCH) return last;
    known.stretches.push(this.stretches.add(known.section));
    return known.stretches.at(-1);
  }

  #round(round, isAhead) {
    const name = round === 0 ? "Before the first round" : `Round ${round}`;
    const section = element("section", { class: isAhead ? "round is-ahead" : "round", "data-round": round, "aria-label": name },
      element("h3", { class: "round-mark" }, element("span", {}, name)));
    this.talk.insertBefore(section, this.talk.querySelector(".round.is-ahead"));
    const made = { section, stretches: [] };
    this.rounds.set(round, made);
    return made;
  }

  #draw(stretch) {
    for (const entry of stretch.entries) this.#place(stretch, entry);
    this.#refreshCards(stretch.place);
  }

  #place({ place }, entry) {
    if (entry.isForAll) {
      tellAll(place, entry, this.#row(place), this.mode);
      return;
    }
    const row = this.#row(place);
    if (this.mode === "merged") {
      above(row, this.#bubble(entry, entry.offers));
      return;
    }
    for (const sellerId of entry.sellerIds) {
      const cell = cellOf(row, sellerId);
      if (cell) above(cell, this.#bubble(entry, entry.offers.filter((offer) => offer.sellerId === sellerId)));
    }
  }

  #bubble(entry, offers) {
    const manner = { room: this.room, isMerged: this.mode === "merged", isArriving: this.arriving.has(entry), onAsk: this.onAsk, why: this.why };
    const made = bubble(entry, offers, manner);
    const places = made.querySelectorAll("[data-offer]");
    offers.forEach((offer, index) => this.cards.set(places[index], { offer, kind: entry.kind }));
    return made;
  }

  /** The row of lanes at the end of a stretch. */
  #row(place) {
    const last = place.lastElementChild;
    if (last?.matches(".round-lanes")) return last;
    const row = element("div", { class: "round-lanes" });
    if (this.mode === "lanes") {
      row.append(...this.room.sellers.map((one) =>
        element("div", { class: `cell${one.id === this.lane ? " is-shown" : ""}`, "data-lane": one.id })));
    }
    place.append(row);
    return row;
  }

  /** The buyer writes for a round that has not begun; if nothing comes of it, that round's mark goes again. */
  #renderDrafts() {
    const { room } = this;
    const wanted = this.mode === "merged"
      ? writingInAll(room).map((one) => ({ key: `${one.kind} ${one.sellerId}`, one, place: this.#draftRow(one) }))
      : room.sellers.flatMap(({ id }) => writingInLane(room, id).map((one) => (
        { key: `${one.kind} ${id}`, one, place: cellOf(this.#draftRow(one), id) })));
    if (wanted.length) this.talk.querySelector(".talk-hint")?.remove();
    this.drafts.render(wanted, { isNamed: this.mode === "merged" });
    for (const ahead of this.talk.querySelectorAll(".round.is-ahead")) {
      if (ahead.querySelector(".draft")) continue;
      this.stretches.remove(ahead);
      this.rounds.delete(Number(ahead.dataset.round));
    }
  }

  #draftRow(one) {
    const stretch = this.#stretchOf(one, { isAhead: true });
    this.stretches.show(stretch);
    return this.#row(stretch.place);
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

  /** What changes on words already shown, where it may have changed. */
  #refresh() {
    const { room, told } = this;
    if (told && SEEN.every((part) => told[part] === room[part])) return;
    this.told = room;
    this.#refreshHeads();
    for (const [place, one] of this.cards) refreshCard(place, one, room);
  }

  #refreshCards(place) {
    for (const card of place.querySelectorAll("[data-offer]")) refreshCard(card, this.cards.get(card), this.room);
  }

  #forgetCards(place) {
    for (const card of place.querySelectorAll("[data-offer]")) this.cards.delete(card);
  }

  #refreshHeads() {
    for (const one of this.room.sellers) this.#refreshHead(one);
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

  #isAtEnd() {
    return this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < CLOSE_TO_END;
  }

  #toEnd() {
    this.stretches.settleAtEnd();
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

/** A line across all lanes; what comes after it stands below it, in a row of its own. */
function tellAll(place, entry, row, mode) {
  const line = element("p", { class: "note for-all" }, entry.text);
  if (mode === "merged") above(row, line);
  else if (row.querySelector(".words:not(.draft), .note")) row.after(line);
  else row.before(line);
}

function longestLane(entries) {
  const counts = new Map();
  for (const id of entries.flatMap((entry) => entry.sellerIds)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return Math.max(1, ...counts.values());
}

function privateLine(limits, currency) {
  const manner = { rude: "rude", neutral: "neutral", very_sweet: "very sweet" }[limits.speaking_style] ?? "";
  const aim = limits.priority === "customer_retention" ? "keeps customers" : "for profit";
  return `floor ${money(limits.least_price, currency)} · cost ${money(limits.cost_price, currency)} · ${aim}, ${manner}`;
}
