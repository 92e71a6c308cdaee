// What waits for whoever looks at a room, and the seats: in the panel at the foot, in the heads of the lanes, in the controls.

import { post } from "./api.js";
import { approvalCard, readPending } from "./approval_card.js";
import { holderWords, keepClocks, priceWords, tellLeft } from "./desk_words.js";
import { element } from "./elements.js";
import { inviteTo, linkShown } from "./invitation.js";
import { NO_SEATS, holderOf } from "./seats.js";

const STARTED = new Set(["queued", "active", "waiting"]);

export class RoomDesk {
  /** `attempt(button, call)` runs a call and tells what went wrong; `say(words)` tells those who listen. */
  constructor({ threads, holders, viewer, code, maySteer, isOperator, borrowed }, { attempt, say }) {
    Object.assign(this, { viewer, code, attempt, say });
    this.isBorrowed = borrowed === "yes"; // the server knows the caller for staff, who name the side they mean
    this.threads = JSON.parse(threads);
    this.firstSeats = { ...NO_SEATS, holders: JSON.parse(holders) };
    this.maySteer = maySteer === "yes";
    this.isOperator = isOperator === "yes";
    this.root = document.querySelector("[data-desk]");
    this.buyersSeat = document.querySelector("[data-buyers-seat]");
    this.shownApproval = null;
    this.buyersSeat?.addEventListener("click", () => this.#changeBuyersSeat());
    this.seatLinks = { make: (one) => this.#links(one), refresh: (place, one, room) => this.#refreshLinks(place, one, room) };
    keepClocks(this.root);
  }

  render(room) {
    this.room = room;
    const moves = Object.entries(room.seats.waits).filter(([, wait]) => this.#isMine(wait));
    this.#renderMoves(moves);
    this.#renderApproval(room.seats.approval);
    this.#show();
    if (!this.buyersSeat) return;
    this.buyersSeat.hidden = !STARTED.has(room.status) || !Object.keys(this.threads).length;
    this.buyersSeat.textContent = holderOf(room, "") === "agent" ? "Take the buyer's seat" : "Give the seat back";
  }

  /** The panel is away while nothing is in it; that something has come is read out. */
  #show() {
    const first = this.root.querySelector("[data-approval], .waiting-what strong");
    if (this.root.hidden === !first) return;
    this.root.hidden = !first;
    if (first) this.say(`${this.root.querySelector("h2").textContent}: ${first.ariaLabel ?? first.textContent}`);
  }

  /** Operators may move for anybody, others for their own side. */
  #isMine({ party }) {
    return this.viewer === "operator" || this.viewer === "auditor" || this.viewer === party;
  }

  #renderMoves(moves) {
    const place = this.root.querySelector("[data-desk-moves]");
    const told = JSON.stringify(moves.map(([id, wait]) => [id, wait, this.#offerFor(id, wait)]));
    if (place.dataset.told === told) return;
    place.dataset.told = told;
    place.replaceChildren(...moves.map(([id, wait]) => this.#move(id, wait)));
  }

  #move(sellerId, wait) {
    const one = this.room.sellers.find((known) => known.id === sellerId);
    const offer = this.#offerFor(sellerId, wait);
    const from = wait.party === "buyer" ? one?.name : this.room.buyer.name;
    const time = element("time", { datetime: wait.until, "data-countdown": "" });
    tellLeft(time);
    return element("li", { class: "card" }, element("a", { href: this.#page(sellerId, wait.party) },
      element("span", { class: "waiting-what" },
        element("strong", {}, offer ? `${from} offers ${priceWords(offer, this.room.currency)}` : `Nothing offered yet by ${from}`),
        element("span", { class: "soft small" }, `${wait.name} has to ${offer ? "answer" : "move"}`)),
      element("span", { class: "waiting-clock small" }, time)));
  }

  #offerFor(sellerId, { party }) {
    const one = this.room.sellers.find((known) => known.id === sellerId);
    const offer = party === "buyer" ? one?.standing : one?.bids.at(-1);
    return offer ? { price: offer.price, quantity: offer.quantity } : null;
  }

  /** The card comes from the inbox, which knows the approval's id; it stays while somebody writes a note in it. */
  async #renderApproval(asked) {
    const place = this.root.querySelector("[data-desk-approval]");
    const number = asked?.number ?? null;
    if (this.shownApproval === number) return;
    this.shownApproval = number;
    const wasIn = place.contains(document.activeElement);
    place.replaceChildren();
    if (wasIn) document.querySelector("[data-talk]").focus({ preventScroll: true });
    if (number === null) return;
    const pending = await this.attempt(null, () => readPending(this.code));
    if (this.shownApproval !== number) return;
    if (!pending) this.shownApproval = null; // it could not be read: the next time it is tried again
    const approval = pending?.find((one) => one.number === number);
    if (!approval) return;
    place.replaceChildren(approvalCard(approval, {
      currency: this.room.currency, isInRoom: true, mayDecide: this.maySteer, onDecided: (_, words) => this.say(words),
    }));
    this.#show();
  }

  #links(one) {
    if (!this.threads[one.id]) return element("div", { class: "lane-seat" });
    const take = element("button", { type: "button", class: "link-button", "data-takes": "" }, "Take the seat");
    const invite = element("button", { type: "button", class: "link-button" }, "Invite");
    take.addEventListener("click", () => this.attempt(take, () => this.#take(one.id)));
    invite.addEventListener("click", () => this.attempt(invite, () => this.#invite(one.id)));
    const page = element("a", { href: this.#page(one.id), "aria-label": `The thread with ${one.name}` }, "Thread");
    return element("div", { class: "lane-seat" }, element("span", { "data-lane-holder": "" }), page, ...(this.isOperator ? [invite, take] : []));
  }

  #refreshLinks(place, one, room) {
    const holder = holderOf(room, one.id);
    const sign = place.querySelector("[data-lane-holder]");
    if (!sign) return;
    sign.textContent = holder === "agent" ? "" : holder;
    sign.title = `${holderWords(holder)} moves here`;
    const take = place.querySelector("[data-takes]");
    if (take) take.hidden = holder !== "agent" || !STARTED.has(room.status) || !one.isOpen;
  }

  async #take(sellerId) {
    await post(`${this.#api(sellerId)}/seat`, { holder: "person", party: "seller" });
    location.assign(this.#page(sellerId, "seller"));
  }

  async #invite(sellerId) {
    const dialog = document.querySelector("[data-dialog=invited]");
    const link = await inviteTo(this.threads[sellerId], "seller");
    dialog.querySelector("[data-invited]").replaceChildren(...linkShown(link));
    dialog.showModal();
  }

  #changeBuyersSeat() {
    const open = this.room.sellers.find((one) => one.isOpen && this.threads[one.id]) ?? this.room.sellers[0];
    const holder = holderOf(this.room, "") === "agent" ? "person" : "agent";
    const named = this.viewer === "operator" || this.isBorrowed ? { party: "buyer" } : {};
    this.attempt(this.buyersSeat, () => post(`${this.#api(open.id)}/seat`, { holder, ...named }));
  }

  #page(sellerId, party = null) {
    const isFree = this.viewer === "operator" || this.viewer === "auditor";
    const side = this.isBorrowed ? this.viewer : isFree && party;
    return `/negotiations/${this.threads[sellerId]}/${side ? `?party=${side}` : ""}`;
  }

  #api(sellerId) {
    return `/api/v1/trade-desk/negotiations/${this.threads[sellerId]}`;
  }
}
