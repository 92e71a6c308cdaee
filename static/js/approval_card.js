// A deal that waits for a person: what it is, why it was asked, until when; approve, reject or counter with a note.

import { ApiError, get, post } from "./api.js";
import { sumWords, tellLeft, whyAsked } from "./desk_words.js";
import { element } from "./elements.js";
import { mayOverrule, readCount, readPrice } from "./offer_form.js";
import { termsLine } from "./options.js";

const INBOX = "/api/v1/approvals";
const MOST = 100;
const SEND = "Send the counter-offer";
const TELL_OF = { approve: "You approved the deal.", reject: "Rejected. The room goes on.", modify: "Countered. The room goes on." };

/** Those that wait, in all rooms or in one; most urgent first. */
export async function readPending(roomId = null) {
  const approvals = await readAll();
  const own = roomId ? approvals.filter((approval) => approval.room_id === roomId) : approvals;
  return own.toSorted((a, b) => a.expires_at.localeCompare(b.expires_at));
}

/** The latest come first, so one that comes in between moves some to the next page: they are read twice and kept once. */
async function readAll() {
  const found = new Map();
  for (let offset = 0, total = 1; offset < total; offset += MOST) {
    const page = await get(`${INBOX}?status=pending&limit=${MOST}&offset=${offset}`);
    for (const approval of page.approvals) found.set(approval.approval_id, approval);
    total = page.total;
  }
  return [...found.values()];
}

/** `onDecided(approval, words)` hears of what was decided here, or found decided. */
export function approvalCard(approval, { currency = approval.currency ?? "USD", mayDecide, isInRoom = false, onDecided }) {
  const { seller_name: seller, item_name: item, approval_id: id } = approval;
  const clock = element("time", { datetime: approval.expires_at, "data-countdown": "" });
  tellLeft(clock);
  const terms = termsLine(approval.terms) || null;
  const card = element("article", { class: "card approval", "data-approval": id, "aria-label": `${seller} offers ${item}` },
    element("header", {},
      element("h3", {}, isInRoom ? `${seller} offers` : element("a", { href: `/rooms/${approval.room_id}/` }, item)),
      element("span", { class: "approval-clock small" }, clock)),
    element("p", { class: "approval-terms" }, isInRoom ? null : `${seller} offers `, element("strong", { class: "number" }, sumWords(approval, currency))),
    terms && element("p", { class: "small" }, terms),
    element("p", { class: "approval-why small" }, reason(approval)),
    mayDecide ? form(approval, onDecided) : element("p", { class: "small soft" }, "You may read here and decide nothing."));
  return card;
}

function reason({ limit_reason: told, kind }) {
  return told || `This is ${whyAsked(kind)}.`;
}

function form(approval, onDecided) {
  const number = approval.approval_id;
  const note = element("input", { type: "text", id: `note-${number}`, name: "note", maxlength: "1000", autocomplete: "off", placeholder: "Why, for the record" });
  const price = element("input", { type: "text", id: `price-${number}`, name: "price", inputmode: "decimal", autocomplete: "off", value: approval.price });
  const quantity = element("input", { type: "text", id: `quantity-${number}`, name: "quantity", inputmode: "numeric", autocomplete: "off", value: approval.quantity });
  const counter = element("div", { class: "form-row", hidden: true }, labelled("Price per unit", price), labelled("Quantity", quantity));
  const problem = element("p", { class: "field-error", role: "alert", hidden: true });
  const buttons = {
    approve: element("button", { type: "button", class: "button primary small" }, "Approve"),
    modify: element("button", { type: "button", class: "button small", "aria-expanded": "false" }, "Counter…"),
    reject: element("button", { type: "button", class: "button danger small" }, "Reject"),
  };
  const tell = (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  };
  let isBeyond = false; // the server has said that the counter-offer goes beyond the buyer's own limits
  const warn = (beyond) => {
    isBeyond = beyond;
    if (!counter.hidden) buttons.modify.textContent = beyond ? "Send it all the same" : SEND;
  };
  const decide = async (decision, offer) => {
    tell("");
    for (const button of Object.values(buttons)) button.disabled = true;
    try {
      const body = { decision, ...(note.value.trim() && { note: note.value.trim() }), ...(offer && { counter_offer: offer, overrule: isBeyond }) };
      onDecided(await post(`${INBOX}/${number}/decide`, body), TELL_OF[decision]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "ALREADY_DECIDED") onDecided(approval, `${error.message} Nothing was changed.`);
      else tell(mayOverrule(error) ? error.details[0].reason : error.message);
      warn(offer !== undefined && mayOverrule(error));
    } finally {
      for (const button of Object.values(buttons)) button.disabled = false;
    }
  };
  buttons.approve.addEventListener("click", () => decide("approve"));
  buttons.reject.addEventListener("click", () => decide("reject"));
  buttons.modify.addEventListener("click", () => {
    if (counter.hidden) return openCounter(counter, buttons.modify, price);
    const offer = { price: readPrice(price.value), quantity: readCount(quantity.value), terms: approval.terms };
    if (!offer.price || !offer.quantity) return tell("A counter-offer needs a price such as 415.50 and a whole number of units.");
    return decide("modify", offer);
  });
  counter.addEventListener("input", () => warn(false));
  const made = element("form", { class: "approval-form" }, labelled("Note (optional)", note), counter, problem,
    element("div", { class: "actions" }, buttons.approve, buttons.modify, buttons.reject));
  made.addEventListener("submit", (event) => event.preventDefault()); // Enter in the note decides nothing
  return made;
}

function openCounter(counter, button, price) {
  counter.hidden = false;
  button.textContent = SEND;
  button.setAttribute("aria-expanded", "true");
  price.focus();
  price.select();
}

function labelled(words, field) {
  return element("div", { class: "field" }, element("label", { for: field.id }, words), field);
}
