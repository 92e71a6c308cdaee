// How figures, times and codes read on every page; the template filters write them the same way.

const MINUS = "\u2212";
const moneyFormats = new Map();
// Each takes longer to make than a message to draw.
const COUNT = new Intl.NumberFormat("en-US");
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export function money(amount, currency) {
  if (amount === null || amount === undefined) return "\u2013";
  const text = moneyFormat(currency).format(Math.abs(amount));
  return amount < 0 ? MINUS + text : text;
}

/** A difference, always with its sign. */
export function change(amount, currency) {
  if (amount === 0) return "no change";
  return (amount > 0 ? "+" : MINUS) + moneyFormat(currency).format(Math.abs(amount));
}

export function count(amount) {
  return COUNT.format(amount);
}

export function units(amount) {
  return `${count(amount)} ${amount === 1 ? "unit" : "units"}`;
}

export function total(price, quantity) {
  return Math.round(price * 100) * quantity / 100;
}

/** US dollars that models cost: parts of a cent count, and nothing is nothing. */
export function cost(amount) {
  const text = amount === 0 || amount >= 1 ? amount.toFixed(2) : amount.toFixed(6).replace(/(\.\d\d\d*?)0+$/, "$1");
  return `$${text}`;
}

export function share(part, whole) {
  return whole ? `${Math.round((part / whole) * 100)} %` : "\u2013";
}

/** "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 10 ? Number(seconds.toFixed(1)) : whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function relative(date, now = new Date()) {
  const seconds = (now - date) / 1000;
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

export function exactTime(date) {
  return EXACT.format(date);
}

export function clock(date) {
  return CLOCK.format(date);
}

/** Hours and minutes, with the day where it is another than today. */
export function shortTime(date, now = new Date()) {
  const time = clock(date).slice(0, 5);
  return date.toDateString() === now.toDateString() ? time : `${DAY.format(date)}, ${time}`;
}

/** Keeps every `<time data-relative>` of the page current. */
export function keepTimesCurrent(root = document) {
  const refresh = () => {
    for (const element of root.querySelectorAll("time[data-relative]")) {
      const date = new Date(element.dateTime);
      element.textContent = relative(date);
      element.title = exactTime(date);
    }
  };
  refresh();
  return setInterval(refresh, 20_000);
}

const STATUS_WORDS = {
  pending: "Not started",
  queued: "Queued",
  active: "Negotiating",
  waiting: "Waiting for a person",
  paused: "Paused",
  completed: "Finished",
  expired: "Out of time",
  cancelled: "Cancelled",
  failed: "Failed",
  no_sellers_available: "No sellers",
  deal: "Deal",
  no_deal: "No deal",
};

export function statusWords(status) {
  return STATUS_WORDS[status] ?? status.replaceAll("_", " ");
}

const REASON_WORDS = {
  best_offer: "The best offer won.",
  only_offer: "The only offer within the limits won.",
  firm_acceptance: "The seller accepted the buyer's price.",
  final_offer: "The best offer was final.",
  good_enough: "The offer was good enough at this stage.",
  chosen: "The buyer made its own choice.",
  approved: "A person approved the deal.",
  decided_now: "The buyer was told to decide on what stood.",
  forced: "An operator closed the room by hand.",
  no_valid_offer: "No offer was within the buyer's limits.",
  sellers_left: "All sellers left the room.",
  buyer_left: "The buyer left the room.",
  out_of_time: "Time was up.",
  out_of_calls: "The room used up its calls to the model.",
  out_of_stock: "The stock went to another room.",
  cancelled: "An operator cancelled the room.",
  expired: "The room expired.",
  failed: "The room failed.",
};

export function reasonWords(reason) {
  return REASON_WORDS[reason] ?? (reason ? reason.replaceAll("_", " ") : "");
}

/** Why there is no deal: what a seller reads of a deal with another is that the buyer made its choice. */
export function lostWords(reason) {
  return reason === "chosen" ? "The buyer chose another offer." : reasonWords(reason);
}

function moneyFormat(currency) {
  if (!moneyFormats.has(currency)) {
    const options = { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 2 };
    moneyFormats.set(currency, new Intl.NumberFormat("en-US", options));
  }
  return moneyFormats.get(currency);
}
