// What the model was asked: for one message in a dialog, and for the whole room in figures once it is over.

import { ApiError, get } from "./api.js";
import { element } from "./elements.js";
import { cost, count, duration, share } from "./format.js";
import { providerName } from "./providers.js";
import { standInReason } from "./voices.js";

const MOST_AT_ONCE = 200;
const ROLES = { system: "Instructions", user: "Question", assistant: "The model's first reply" };
const VIOLATIONS = {
  clamped: ["price moved into its range", "prices moved into its range"], refused_price: ["price refused", "prices refused"],
  refused_acceptance: ["acceptance refused", "acceptances refused"], refused_walk: ["leaving refused", "leavings refused"],
  unreadable: ["reply unreadable", "replies unreadable"], stray_words: ["message out of line", "messages out of line"],
  secret_said: ["message with a private number stopped", "messages with a private number stopped"],
};
const RESULTS = { ok: "Used", retried: "Not used, asked again", fallback: "Not used" };

/** Those for the message, oldest first. One call of the buyer's serves all its threads of a round. */
function callsFor(entry, calls) {
  return calls.filter((call) => (entry.kind === "buyer"
    ? call.seller_id === null && call.round === entry.round
    : call.message_id !== null && call.message_id === entry.messageId));
}

/** How many of the agents' messages are in a model's words, and how many there are. */
function modelShare(room) {
  const spoken = room.entries.filter((entry) => entry.voice === "model" || entry.voice === "template");
  return { models: spoken.filter((entry) => entry.voice === "model").length, all: spoken.length };
}

/** What was counted, in words: "2 prices refused, 1 message out of line". */
function violationWords(violations) {
  return Object.entries(violations).map(([kind, number]) => `${count(number)} ${VIOLATIONS[kind]?.[number === 1 ? 0 : 1] ?? plain(kind)}`).join(", ");
}

export class ModelCalls {
  constructor(dialog, figures, url) {
    this.dialog = dialog;
    this.figures = figures;
    this.url = url;
    this.calls = [];
    this.knownSeq = 0;
    this.asked = null;
  }

  async show(entry, room) {
    const place = this.dialog.querySelector("[data-calls]");
    const about = `${entry.name}, round ${entry.round}`;
    this.asked = entry;
    this.dialog.querySelector("[data-about]").textContent = about;
    place.replaceChildren(element("p", { class: "soft" }, "Reading what was asked…"));
    this.dialog.showModal();
    const told = await this.#told(entry, room);
    if (this.asked === entry) place.replaceChildren(...told);
  }

  /** Once, when the room is over; rooms without a model have nothing to sum up. */
  async sumUp(room) {
    if (this.isSummedUp) return;
    this.isSummedUp = true;
    const known = await get(`${this.url}?limit=1`).catch(() => null);
    const { models, all } = modelShare(room);
    if (!known || (!known.total && !models)) return;
    const facts = [
      ["Model calls", count(known.total)],
      ["Tokens", count(known.tokens)],
      ["Cost", cost(known.cost)],
      ["In the model's words", `${share(models, all)} of ${count(all)} messages`],
      ...(known.violations ?? []).map(({ agent_name: name, violations }) => [`Beyond its rules: ${name}`, violationWords(violations)]),
    ];
    this.figures.querySelector("dl").replaceChildren(...facts.map(fact));
    this.figures.hidden = false;
  }

  async #told(entry, room) {
    try {
      if (entry.seq > this.knownSeq) await this.#fetch(room.lastSeq);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [element("p", { class: "field-error", role: "alert" }, error.message)];
    }
    const calls = callsFor(entry, this.calls);
    return calls.length ? calls.map((call, index) => drawCall(call, calls.length > 1 && index + 1)) : [unasked(entry)];
  }

  /** Calls are kept with the message they led to, so up to that number all are known. */
  async #fetch(lastSeq) {
    const calls = [];
    let answer;
    do {
      answer = await get(`${this.url}?limit=${MOST_AT_ONCE}&offset=${calls.length}`);
      calls.push(...answer.calls);
    } while (answer.calls.length && calls.length < answer.total);
    [this.calls, this.knownSeq] = [calls, lastSeq];
  }
}

function unasked(entry) {
  const why = standInReason(entry.fallback);
  return element("p", { class: "soft" }, why ? `The model was not asked: ${why}.` : "No call is on record for this message.");
}

function drawCall(call, number) {
  return element("section", { class: "call", "data-call": call.call_id },
    number && element("h3", {}, number === 1 ? "First time" : "Once more"),
    element("dl", { class: "facts" }, ...factsOf(call).map(fact)),
    ...call.prompt.flatMap(({ role, content }) => text(ROLES[role] ?? role, content)),
    !call.prompt.length && element("p", { class: "soft small" }, "What was asked and answered is not kept any longer."),
    ...(call.reply ? text("Reply", call.reply) : []),
    call.prompt.length && !call.reply ? element("p", { class: "soft small" }, "There was no reply.") : null);
}

function factsOf(call) {
  const why = [call.why, call.error].filter((words, at, all) => words && all.indexOf(words) === at);
  return [
    ["Result", [RESULTS[call.result] ?? call.result, ...why.map(plain)].join(": ")],
    ["Model", call.model ? `${call.model}, ${providerName(call.provider)}` : providerName(call.provider)],
    ["Tokens in and out", `${count(call.input_tokens)} and ${count(call.output_tokens)}${call.is_estimated ? ", estimated" : ""}`],
    ["First token after", call.first_token_seconds === null ? "\u2013" : duration(call.first_token_seconds)],
    ["Took", duration(call.seconds)],
    call.queued_seconds >= 0.05 && ["Waited in the queue", duration(call.queued_seconds)],
    call.attempts !== 1 && ["Attempts", count(call.attempts)],
    ["Cost", cost(call.cost)],
  ].filter(Boolean);
}

function fact([name, value]) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

/** What was asked and answered is foreign text: it is shown as it is, and never as markup. */
function text(name, words) {
  return [element("h4", {}, name), element("pre", { tabindex: "0", "aria-label": name }, words)];
}

function plain(code) {
  return code.replaceAll("_", " ").toLowerCase();
}
