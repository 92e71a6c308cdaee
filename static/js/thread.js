// The page of one thread: what stands, the talk, and the moves of whoever sits here. The server says what is legal.

import { ApiError, get, newKey, post } from "./api.js";
import { keepClocks, noteOf, sumWords } from "./desk_words.js";
import { element } from "./elements.js";
import { RoomEvents } from "./events.js";
import { inviteTo, linkShown } from "./invitation.js";
import { MessageBox } from "./message_box.js";
import { OfferForm, mayOverrule, readPrice } from "./offer_form.js";
import { optionLike } from "./options.js";
import { within } from "./own_limits.js";
import { Proposal } from "./proposal.js";
import { Signs } from "./signs.js";
import { Standing, isOver, isPlayedByHand, renderHead, renderLimits, renderOffers, renderSeat } from "./standing.js";
import { Suggestion } from "./suggestion.js";
import { ThreadTalk } from "./thread_talk.js";
import { Why } from "./why.js";

const MESSAGES_AT_ONCE = 200;
const SOON = 80;
const POLL = 15_000;
const TYPING_EVERY = 3_000;
const LINES = { connecting: "Connecting", live: "Live", lost: "Reconnecting…", over: "Complete record" };
const REFUSALS = { 4401: "You are not signed in any more. Sign in again, or ask for another link.", 4404: "This thread is not there any more." };

const find = (selector) => document.querySelector(selector);
const root = find("[data-thread]");
const { party, currency, api } = root.dataset;
const mayMove = root.dataset.mayMove === "yes";
const side = root.dataset.isOperator === "yes" && party ? { party } : {};
const otherParty = party === "seller" ? "buyer" : "seller";
const query = side.party ? `party=${party}` : "";

const dialog = find("[data-dialog=offer]");
const offerForm = dialog && new OfferForm(dialog, { currency, send: move });
const standing = new Standing(find("[data-standing]"), { ...root.dataset, onMove: openMove, onTake: () => attempt(() => sit("person")) });
const eyes = party === "seller" ? `seller:${root.dataset.seller}` : party || "xray";
const why = new Why({ api: root.dataset.stream.replace(/\/stream$/, ""), as: eyes, currency });
const talk = new ThreadTalk(find(".talk-panel"), { party, currency, why });
const suggestion = mayMove && new Suggestion(find("[data-suggestion]"), { currency, ask: () => post(at("ai-suggest"), side), onUse: useSuggestion });
const composer = find("[data-composer]");
const proposal = mayMove && new Proposal(find("[data-proposal]"), { currency, party, onOffer: offerProposal, onChange: openDraft });
const signs = new Signs({ party, other: root.dataset.other });

let negotiation = null;
let messages = [];
const notes = new Map();
let line = "connecting";
let lastTry = null;

// What the server says

let isReading = false;
let hasFailed = false;
let isStale = false;
let soon = 0;

function readSoon() {
  clearTimeout(soon);
  soon = setTimeout(read, SOON);
}

/** Everything anew, once at a time: whatever happens meanwhile is read right after. */
async function read() {
  if (isReading) {
    isStale = true;
    return;
  }
  isReading = true;
  try {
    do {
      isStale = false;
      messages = await withNewer(messages);
      takeNewer(await get(at("", query))); // last, so that it knows the offers that the messages tell of
    } while (isStale);
    if (hasFailed) complain("");
    hasFailed = false;
    render();
    announce();
    markRead();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    hasFailed = true;
    if (negotiation) complain(error.message);
    else failToLoad(error);
  } finally {
    isReading = false;
  }
}

let announced = null;

/** What the other side has said since the page was opened is read out. */
function announce() {
  const news = messages.filter((one) => announced !== null && one.seq > announced && one.party !== party);
  announced = messages.at(-1)?.seq ?? 0;
  if (news.length) say(news.map((one) => `${one.sender_name} ${one.text}`.trim()).join(" "));
}

/** An answer that was overtaken by that of a move is dropped. */
function takeNewer(known) {
  if (!negotiation || known.last_seq >= negotiation.last_seq) negotiation = known;
}

async function withNewer(known) {
  let all = known;
  let answer;
  do {
    const after = all.at(-1)?.seq ?? 0;
    answer = await get(at("messages", `after=${after}&limit=${MESSAGES_AT_ONCE}${query && `&${query}`}`));
    all = [...all, ...answer.messages.filter((message) => message.seq > after)];
  } while (answer.messages.length === MESSAGES_AT_ONCE);
  return all;
}

function failToLoad(error) {
  const again = element("button", { type: "button", class: "button small" }, "Try again");
  again.addEventListener("click", () => {
    complain("");
    read();
  });
  complain(error.status === 404 ? "This thread is not there, or it is not yours." : error.message, again);
  find("[data-talk-empty]").textContent = "The talk could not be read.";
  find("[data-standing-label]").textContent = "Not known";
}

// What is drawn

function render() {
  renderHead(negotiation, root.dataset);
  standing.render(negotiation, { mayMove });
  talk.render({
    messages,
    notes: new Map([...notes].filter(([seq]) => !messages.some((message) => message.seq === seq))),
    offers: negotiation.offers,
    readUpTo: negotiation.read_marks?.[otherParty]?.seq ?? 0,
    unread: party ? negotiation.unread : 0,
  });
  renderOffers(find("[data-offers]"), negotiation, root.dataset);
  renderLimits(find("[data-limits]"), negotiation, party);
  if (!mayMove) return;
  composer.hidden = !negotiation.legal_actions.includes("message");
  suggestion.render(negotiation);
  renderSeat(find("[data-seat]"), negotiation, party);
  proposal.render(negotiation);
}

function complain(words, ...more) {
  const place = find("[data-error]");
  place.replaceChildren(words, ...more.flatMap((one) => [" ", one]));
  place.hidden = !words;
}

function say(words) {
  find("[data-announce]").textContent = words;
}

// Moves

function openMove(action, option = 0) {
  const { live_offer: live, own_offer: own, quantity_needed: needed, legal_actions: legal, agenda, your_limits: limits } = negotiation;
  const draft = within(limits, live ?? { quantity: needed }, own);
  offerForm.open(action, { offer: action === "withdraw" ? own : live, draft, option, agenda, limits, canCounter: legal.includes("offer") });
}

function openDraft(draft) {
  offerForm.open("offer", { offer: negotiation.live_offer, draft, agenda: negotiation.agenda, limits: negotiation.your_limits });
}

/** The same move is sent with the same key again if the answer to it was lost: it is made once. */
async function move(path, body) {
  const text = JSON.stringify([path, body]);
  const key = lastTry?.text === text ? lastTry.key : newKey();
  lastTry = { text, key };
  try {
    negotiation = await post(at(path), { ...body, ...side }, key);
  } catch (error) {
    if (error.code !== "UNREACHABLE") lastTry = null;
    readSoon();
    throw error;
  }
  lastTry = null;
  proposal.propose(null);
  render();
  talk.toEnd();
  readSoon();
}

async function attempt(call) {
  complain("");
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    complain(error.message);
    readSoon();
    return null;
  }
}

async function sit(holder) {
  negotiation = await post(at("seat"), { holder, ...side });
  render();
  readSoon();
}

// Words, and the offer that may be in them

const box = composer && new MessageBox(composer, (words, key) => attempt(() => post(at("messages"), { message: words, ...side }, key)));
composer?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sent = await box.send();
  if (!sent) return;
  lastTyped = 0;
  propose(sent.proposed_offer);
  talk.toEnd();
  readSoon();
});
composer?.elements.message.addEventListener("input", tellTyping);

function propose(read) {
  proposal.propose(read);
  if (read) say(`Read from your words: ${sumWords(read, currency)}. Confirm it to make it an offer.`);
}

async function offerProposal(offer) {
  complain("");
  try {
    if (!isPlayedByHand(negotiation, party)) await sit("person");
    await move("offer", offer);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!mayOverrule(error)) return complain(error.message);
    openDraft(offer);
    offerForm.warn();
  }
}

function useSuggestion({ action, draft }) {
  if (action === "accept") openMove("accept", optionLike(negotiation.live_offer, draft));
  else openDraft(draft);
}

// The seat

find("[data-take]")?.addEventListener("click", () => attempt(() => sit("person")));
find("[data-give]")?.addEventListener("click", () => attempt(() => sit("agent")));
find("[data-suggest]")?.addEventListener("click", () => attempt(() => suggestion.askFor()));

const RULE = ["target_price", "tolerance_pct", "min_quantity_pct"];
const auto = find("[data-auto]");
find("[data-auto-switch]")?.addEventListener("change", async (event) => {
  find("[data-auto-terms]").hidden = !event.target.checked;
  if (event.target.checked || !negotiation.auto_accept || (await keepRule({ enabled: false }))) return;
  delete auto.dataset.told; // it holds as before, and is shown so
  render();
});
auto?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { target_price: target, ...parts } = Object.fromEntries(RULE.map((name) => [name, auto.elements[name].value.trim()]));
  const body = { enabled: true };
  for (const [name, words] of Object.entries(parts)) if (words) body[name] = Number(words.replace(",", "."));
  if (target) body.target_price = readPrice(target);
  const wrong = Object.keys(body).find((name) => body[name] === null || Number.isNaN(body[name]));
  if (wrong) return complain(`"${auto.elements[wrong].value}" is no ${wrong === "target_price" ? "price" : "number"}.`);
  await keepRule(body);
});

async function keepRule(body) {
  const kept = await attempt(() => post(at("auto-accept"), { ...body, ...side }));
  if (!kept) return false;
  negotiation = kept;
  say(body.enabled ? "The rule is kept." : "No offer is accepted automatically.");
  render();
  readSoon();
  return true;
}

// Links that invite people, for operators

for (const button of document.querySelectorAll("[data-invites]")) {
  button.addEventListener("click", () => attempt(async () => {
    find("[data-invited]").replaceChildren(...linkShown(await inviteTo(root.dataset.code, button.dataset.invites)));
  }));
}

// Live

const events = new RoomEvents({
  socketUrl: query ? `${root.dataset.socket}?${query}` : root.dataset.socket,
  streamUrl: root.dataset.stream,
  onFrame: take,
  onState: showLine,
});

// The talk itself tells of seats that change hands and of time that is up; whose turn it is stands on top.
const NOTED = new Set(["human_input_required", "expiry_warning", "approval_decided"]);
const TRANSIENT = {
  typing: (frame) => signs.type(frame),
  presence: (frame) => signs.attend(frame),
  message_delta: (frame) => signs.type(frame),
};

function take(frame) {
  if (!isOfThisThread(frame)) return;
  if (TRANSIENT[frame.type]) {
    TRANSIENT[frame.type](frame);
    return;
  }
  const words = NOTED.has(frame.type) && frame.action !== "move" && noteOf(frame, { currency, nameOf: sellersName });
  if (words && Number.isInteger(frame.seq)) notes.set(frame.seq, words);
  if (frame.sender_type) signs.settle(frame);
  readSoon();
}

function sellersName() {
  return party === "seller" ? root.dataset.own : root.dataset.other;
}

/** The room's stream, which stands in for the socket, also tells a buyer of the other sellers' threads. */
function isOfThisThread(frame) {
  return !frame.seller_id || frame.seller_id === root.dataset.seller;
}

let lastTyped = 0;

function tellTyping() {
  const now = Date.now();
  if (now - lastTyped < TYPING_EVERY) return;
  lastTyped = now;
  events.send({ type: "typing" });
}

function showLine(state, code) {
  line = state;
  const sign = find("[data-live-sign]");
  sign.dataset.live = state;
  sign.textContent = LINES[state] ?? "Not connected";
  if (state === "live" || state === "over") readSoon();
  if (state === "refused") complain(REFUSALS[code] ?? "You may not watch this thread.", element("a", { href: "/login/" }, "Sign in"));
}

/** With neither a socket nor a stream the page still moves on, only later. */
setInterval(() => {
  const isOff = line !== "live" && line !== "over" && line !== "refused";
  if (isOff && !document.hidden && !(negotiation && isOver(negotiation))) read();
}, POLL);

// What has been read here

let isMarking = false;

async function markRead() {
  const last = messages.at(-1)?.seq ?? 0;
  const known = negotiation.read_marks?.[party]?.seq ?? 0;
  signs.tellUnread(document.hidden ? messages.filter((one) => one.party !== party && one.seq > known).length : 0);
  const isOurs = mayMove && party && (!side.party || isPlayedByHand(negotiation, party)); // who looks on has read nothing
  if (!isOurs || document.hidden || isMarking || last <= known) return;
  isMarking = true;
  try {
    const answer = await post(at("read"), { up_to_seq: last, ...side });
    negotiation.read_marks = answer.read_marks ?? negotiation.read_marks;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // told again with the next words
  } finally {
    isMarking = false;
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && negotiation) markRead();
});

function at(path, asked = "") {
  return `${api}${path && `/${path}`}${asked && `?${asked}`}`;
}

keepClocks();
read();
events.open();
