// What pages tell of seats, clocks, further terms and approvals; the template tags of `desk` say it the same way.

import { count, exactTime, money, total } from "./format.js";

const HOLDERS = { agent: "an agent", person: "a person", program: "a program" };
const TERMS = {
  delivery_days: ["Delivery in", "day"],
  payment_days: ["Payment within", "day"],
  warranty_months: ["Warranty", "month"],
};
const NONE = { delivery_days: "Delivery at once", payment_days: "Payment at once", warranty_months: "No warranty" };
const WHY_ASKED = { above_threshold: "above your approval limit", below_minimum: "below the lowest price" };
const DECISIONS = {
  pending: "Waiting",
  approved: "Approved",
  rejected: "Rejected",
  modified: "Countered",
  expired: "Not needed any more",
};
const LAPSED = "Lapsed: nobody decided in time";

export function holderWords(holder) {
  return HOLDERS[holder] ?? HOLDERS.agent;
}

export function whyAsked(kind) {
  return WHY_ASKED[kind] ?? String(kind).replaceAll("_", " ");
}

/** One that was overtaken has a note. */
function decisionWords({ state, note }) {
  if (state === "expired" && !note) return LAPSED;
  return DECISIONS[state] ?? String(state);
}

/** "Delivery in 14 days", each term by itself; names that are not known are told as they are. */
export function termsWords(terms) {
  return Object.entries(terms ?? {}).map(([name, value]) => {
    if (value === 0 && NONE[name]) return NONE[name];
    const [words, unit] = TERMS[name] ?? [capital(name.replaceAll("_", " ")), ""];
    return [words, count(value), unit && (value === 1 ? unit : `${unit}s`)].filter(Boolean).join(" ");
  });
}

/** "60 × $415.00" */
export function priceWords({ price, quantity }, currency) {
  return `${count(quantity)} × ${money(price, currency)}`;
}

/** "60 × $415.00 = $24,900.00" */
export function sumWords({ price, quantity }, currency) {
  return `${priceWords({ price, quantity }, currency)} = ${money(total(price, quantity), currency)}`;
}

/** What is left until then, in at most two units; empty once it is over. */
export function timeLeft(until, now = Date.now()) {
  const seconds = Math.floor((until - now) / 1000);
  if (seconds < 0) return "";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** Counts down every `<time data-countdown>` of the page. */
export function keepClocks(root = document) {
  const refresh = () => root.querySelectorAll("time[data-countdown]").forEach(tellLeft);
  refresh();
  return setInterval(refresh, 1_000);
}

export function tellLeft(time) {
  const until = new Date(time.dateTime);
  const left = timeLeft(until);
  const words = left ? `${left} left` : "Time is up";
  if (time.textContent !== words) time.textContent = words;
  time.title = `until ${exactTime(until)}`;
  time.classList.toggle("is-urgent", until - Date.now() < 3600_000);
}

/** A quiet line for what happens around the seats; null for what has none. `nameOf` names a thread's seller. */
export function noteOf(frame, { currency, nameOf }) {
  const name = frame.name ?? nameOf(frame.seller_id);
  switch (frame.type) {
    case "seat_changed":
      return frame.holder === "agent" ? `An agent moves for ${name} again.` : `${capital(holderWords(frame.holder))} moves for ${name} now.`;
    case "human_input_required":
      if (frame.action === "approval") return `The offer of ${nameOf(frame.seller_id)}, ${priceWords(frame.offer, currency)}, waits for an approval.`;
      return `${name} is asked to move, until ${shortTime(frame.expires_at)}.`;
    case "bundle_reached":
      return `${name} has sold another item of the session to the buyer, and may better its price for that.`;
    case "expiry_warning":
      return `The time for ${name} to move is over at ${shortTime(frame.expires_at)}.`;
    case "input_timed_out":
      return `${name} did not move in time; its agent makes this move.`;
    case "thread_expired":
      return `${name} did not move in time; the thread with ${nameOf(frame.seller_id)} ended.`;
    case "approval_decided":
      return [`${decisionWords(frame)}.`, frame.note].filter(Boolean).join(" ");
    default:
      return null;
  }
}

export function shortTime(at) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function capital(words) {
  return words ? words[0].toUpperCase() + words.slice(1) : words;
}
