// The page of one room: follows its events, shows them, and sends what the operator asks for.

import { ApiError, post } from "./api.js";
import { Beliefs } from "./beliefs.js";
import { isOver, renderBoard, renderOutlook } from "./board.js";
import { ConcessionChart } from "./chart.js";
import { sumWords } from "./desk_words.js";
import { element } from "./elements.js";
import { RoomEvents } from "./events.js";
import { Eyes } from "./eyes.js";
import { money, statusWords, total, units } from "./format.js";
import { Intake } from "./intake.js";
import { LookingBack } from "./looking_back.js";
import { MessageBox } from "./message_box.js";
import { ModelCalls } from "./model_calls.js";
import { isAboutTerms } from "./options.js";
import { Pacing } from "./pacing.js";
import { PriceLine } from "./price_line.js";
import { RoomDesk } from "./room_desk.js";
import { fold, isWithin, newRoom, standingOffers } from "./room_state.js";
import { Talk } from "./talk.js";
import { Why } from "./why.js";
import { withoutStale } from "./writing.js";

const root = document.querySelector("[data-room]");
const find = (selector) => document.querySelector(selector);

// The server leaves out of the page what its viewer may not do or see.
const asked = find("[data-dialog=asked]");
const modelCalls = asked && new ModelCalls(asked, find("[data-models]"), `${root.dataset.api}/model-calls`);
const desk = new RoomDesk(root.dataset, { attempt, say });
const why = new Why(root.dataset);
const talk = new Talk(find(".talk-panel"), { why, onAsk: asked && ((entry) => modelCalls.show(entry, room)), seatLinks: desk.seatLinks });
const composer = find("[data-composer]");
const chart = new ConcessionChart(find("[data-chart]"));
const priceLine = new PriceLine(find("[data-price-line]"));
const outlook = find("[data-outlook]");
// Parts that stand by themselves. Each does nothing where the server left its place out of the page.
const parts = [Pacing, LookingBack, Eyes, Beliefs].map((Part) => new Part({ api: root.dataset.api, code: root.dataset.code, as: root.dataset.as, attempt, say }));
let room = { ...newRoom(), status: root.dataset.status, currency: root.dataset.currency, isSeller: root.dataset.viewer === "seller", seats: desk.firstSeats };
let drawTimer = 0;
let isResting = false;
let restUntil = 0;
// While what has long happened still comes in, most of the time is for reading it, not for drawing it halfway.
const REST = 5;
const [SHORTEST_REST, LONGEST_REST] = [100, 1000];

const intake = new Intake(take);

function take(frame) {
  const before = room;
  room = fold(room, frame, Date.now());
  announce(before, frame);
  drawSoon();
}

function drawSoon() {
  const rest = room.lastSeq < room.knownSeq ? Math.min(LONGEST_REST, Math.max(SHORTEST_REST, restUntil - performance.now())) : 0;
  if (drawTimer && (rest || !isResting)) return;
  clearTimeout(drawTimer);
  isResting = rest > 0;
  // A burst of frames is drawn once; a page in the background draws too, only later.
  drawTimer = setTimeout(() => {
    drawTimer = 0;
    const began = performance.now();
    render();
    restUntil = performance.now() + REST * (performance.now() - began);
  }, rest);
}

function render() {
  keepPlaces();
  talk.render(room);
  chart.render(room);
  renderBoard(find("[data-board]"), room);
  renderOutlook(outlook, room);
  why.renderEnding(outlook, room);
  priceLine.render(room);
  renderHead();
  renderControls();
  desk.render(room);
  for (const part of parts) part.render(room);
  if (room.outcome) modelCalls?.sumUp(room);
}

setInterval(() => {
  const kept = withoutStale(room, Date.now());
  if (kept === room) return;
  room = kept;
  drawSoon();
}, 5_000);

/** The buttons and the message box go when the room is over; what they stood above must not jump into their place. */
function keepPlaces() {
  for (const part of [find("[data-controls]"), find(".talk-panel")]) {
    if (isOver(room) && !part.dataset.wasOpen) continue;
    if (!isOver(room)) part.dataset.wasOpen = "yes";
    else if (!part.style.minHeight) part.style.setProperty("min-height", `${part.getBoundingClientRect().height}px`);
  }
}

function renderHead() {
  const status = room.outcome && room.status === "completed" ? room.outcome.outcome : room.status;
  const sign = find("[data-room-status]");
  sign.dataset.status = status;
  sign.textContent = statusWords(status);
  if (room.round) find("[data-round-line]").textContent = `Round ${room.round} of ${room.maxRounds}`;
}

const SHOWN_WHEN = {
  start: ["pending"],
  pause: ["queued", "active", "waiting"],
  resume: ["paused"],
  decide: ["queued", "active", "waiting", "paused"],
  force: ["queued", "active", "waiting", "paused"],
  cancel: ["pending", "queued", "active", "waiting", "paused"],
};

let isRefused = false;

function renderControls() {
  for (const button of document.querySelectorAll("[data-command], [data-opens]")) {
    button.hidden = !SHOWN_WHEN[button.dataset.command ?? button.dataset.opens].includes(room.status);
  }
  for (const element of document.querySelectorAll("[data-when-over]")) element.hidden = !isOver(room);
  if (!composer || isRefused) return;
  composer.hidden = isOver(room);
  for (const part of composer.querySelectorAll("textarea, [type=submit]")) part.disabled = !SHOWN_WHEN.decide.includes(room.status);
  renderMentions();
}

function renderMentions() {
  const place = find("[data-mentions]");
  const open = room.sellers.filter((one) => one.isOpen);
  const names = open.map((one) => one.name).join("\n");
  if (place.dataset.names === names) return;
  place.dataset.names = names;
  place.replaceChildren(...open.map((one) => {
    const hue = room.sellers.indexOf(one) + 1;
    const chip = element("button", { type: "button", class: `mention seller-${hue}` }, element("span", { class: "swatch" }), `@${one.name}`);
    chip.addEventListener("click", () => mention(one.name));
    return chip;
  }));
}

function mention(name) {
  const words = find("#words");
  const gap = words.value && !words.value.endsWith(" ") ? " " : "";
  words.value += `${gap}@${name} `;
  words.focus();
}

/** Only round starts and the outcome are read out; everything else would talk over the listener. */
function announce(before, frame) {
  if (Number.isInteger(frame.seq) && frame.seq <= room.knownSeq) return;
  if (frame.type === "round_start") say(`Round ${frame.round_number} of ${frame.max_rounds}.`);
  if (frame.type === "negotiation_complete") {
    const { final_offer: offer, selected_seller_name: name } = frame;
    say(offer ? `Deal with ${name} at ${money(offer.price, room.currency)} per unit.` : "The room ended without a deal.");
    outlook.classList.add("is-fresh");
  }
}

function say(words) {
  find("[data-announce]").textContent = words;
}

const LINES = { connecting: "Connecting", live: "Live", lost: "Reconnecting…", over: "Complete record" };

function showLine(state, code) {
  const sign = find("[data-live-sign]");
  sign.dataset.live = state;
  sign.textContent = LINES[state] ?? "Not connected";
  if (state !== "refused") return;
  complain(code === 4404 ? "This room does not exist any more." : "You may not watch this room. Sign in again.");
  isRefused = true;
  for (const part of document.querySelectorAll("[data-controls], [data-composer]")) part.hidden = true;
}

function complain(words) {
  const place = find("[data-error]");
  place.textContent = words;
  place.hidden = !words;
}

/** Runs one call; the button rests meanwhile, and what went wrong is told on the page. */
async function attempt(button, call) {
  complain("");
  if (button) button.disabled = true;
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    complain(error.message);
    return null;
  } finally {
    if (button) button.disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-command]")) {
  button.addEventListener("click", () => attempt(button, () => post(`${root.dataset.api}/${button.dataset.command}`)));
}

for (const button of document.querySelectorAll("[data-opens]")) {
  const dialog = find(`[data-dialog="${button.dataset.opens}"]`);
  button.addEventListener("click", () => {
    if (button.dataset.opens === "force") offerChoices(dialog);
    if (button.dataset.opens === "decide") dialog.querySelector("[data-prospect]").textContent = prospect();
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "cancel") attempt(button, () => post(`${root.dataset.api}/cancel`));
    if (dialog.returnValue === "decide") attempt(button, () => post(`${root.dataset.api}/decide`));
    if (dialog.returnValue === "force") attempt(button, () => post(`${root.dataset.api}/decide`, chosenEnding(dialog)));
  });
}

function prospect() {
  const within = standingOffers(room).filter((one) => isWithin(room, one.standing));
  if (!within.length) return "As it stands, nothing would be bought.";
  if (isAboutTerms(room)) return `It weighs ${within.length === 1 ? "one standing offer" : `${within.length} standing offers`}, price and further terms together.`;
  const [{ name, standing }] = within;
  return `As it stands, it would buy from ${name}: ${sumWords(standing, room.currency)}.`;
}

/** The offers as they stand when the dialog opens: what is agreed to is what was read, even if the talk goes on. */
function offerChoices(dialog) {
  const standing = standingOffers(room);
  const first = standing.find((one) => isWithin(room, one.standing));
  const choices = standing.map((one) => offerChoice(one, one === first));
  const none = element("label", { class: "choice" },
    element("input", { type: "radio", name: "ending", value: "none", checked: !first }),
    choiceWords("No deal", "End the room, nothing is bought"));
  dialog.querySelector("[data-force-choices]").replaceChildren(...choices, none);
}

function offerChoice(one, isChosen) {
  const { price, quantity } = one.standing;
  const isAllowed = isWithin(room, one.standing);
  const terms = `${units(quantity)}, ${money(total(price, quantity), room.currency)} in total`;
  const input = element("input", {
    type: "radio", name: "ending", value: one.id, checked: isChosen, disabled: !isAllowed, "data-price": price, "data-quantity": quantity,
  });
  return element("label", { class: "choice" }, input,
    choiceWords(one.name, isAllowed ? terms : "Outside the buyer's limits, cannot be taken"),
    element("span", { class: "number" }, money(price, room.currency)));
}

function choiceWords(name, words) {
  return element("span", {}, element("span", { class: "name" }, name), element("span", { class: "stock" }, words));
}

function chosenEnding(dialog) {
  const { value, dataset } = dialog.querySelector("input[name=ending]:checked");
  if (value === "none") return { decision_type: "no_deal", decision_reason: "Closed by hand" };
  const terms = { final_price_per_unit: Number(dataset.price), quantity: Number(dataset.quantity) };
  return { decision_type: "deal", selected_seller_id: value, ...terms };
}

const modes = document.querySelectorAll("[data-mode][aria-pressed]");
for (const button of modes) {
  button.addEventListener("click", () => {
    talk.setMode(button.dataset.mode);
    for (const one of modes) one.setAttribute("aria-pressed", one === button);
  });
}
talk.showPrivate(root.dataset.as === "xray");

const box = composer && new MessageBox(composer, (words, key) => attempt(null, () => post(`${root.dataset.api}/message`, { message: words }, key)));
composer?.addEventListener("submit", (event) => {
  event.preventDefault();
  box.send();
});

new RoomEvents({ socketUrl: root.dataset.socket, streamUrl: root.dataset.stream, onFrame: (frame) => intake.add(frame), onState: showLine }).open();
