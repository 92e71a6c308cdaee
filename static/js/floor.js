// The floor of a session: a card a room, all of them live by one line; what is shown, and what is done to all rooms.

import { ApiError, post } from "./api.js";
import { SessionEvents } from "./events.js";
import { drawCard, drawSparklineOf } from "./floor_card.js";
import { Filters } from "./floor_filters.js";
import { keepTimesCurrent, money } from "./format.js";
import { OVER } from "./room_state.js";
import { RoomCards } from "./room_cards.js";

const LINES = { connecting: "Connecting", live: "Live", lost: "Reconnecting…", over: "All rooms are over" };
const ENDED = new Set([...OVER, "deal", "no_deal"]);

const find = (selector) => document.querySelector(selector);
const floor = find("[data-floor]");
const filters = find("[data-filters]") && new Filters(find("[data-filters]"), floor);
const rooms = new RoomCards((card, room) => {
  if (drawCard(card, room)) countSoon();
});
const cards = () => [...floor.children];
let counting = 0;

for (const card of cards()) {
  drawSparklineOf(card);
  rooms.add(card.dataset.room, card);
}
keepTimesCurrent();
filters?.show();
count();

// What is over stands on the page as the server wrote it; of it nothing is asked again.
const known = cards().filter((card) => card.dataset.seq).map((card) => [card.dataset.room, Number(card.dataset.seq)]);
new SessionEvents({
  socketUrl: floor.dataset.socket,
  streamUrl: floor.dataset.stream,
  after: Object.fromEntries(known),
  onFrame: (frame) => take(frame),
  onState: showLine,
}).open();

async function take(frame) {
  if (frame.room_id && !rooms.has(frame.room_id)) await fetchCard(frame.room_id);
  rooms.take(frame);
}

const asked = new Map();

/** The card of a room that was opened after the page: as the server writes it now. */
function fetchCard(id) {
  if (!asked.has(id)) asked.set(id, read(id));
  return asked.get(id).finally(() => rooms.has(id) || asked.delete(id));
}

async function read(id) {
  const answer = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const card = page.querySelector(`[data-room="${CSS.escape(id)}"]`);
  if (!card) return;
  floor.append(document.adoptNode(card));
  drawSparklineOf(card);
  rooms.add(id, card);
  count();
}

function showLine(state, code) {
  const sign = find("[data-live-sign]");
  sign.dataset.live = state;
  sign.textContent = LINES[state] ?? "Not connected";
  if (state !== "refused") return;
  complain(code === 4404 ? "This session does not exist any more." : "You may not watch this session. Sign in again.");
}

/** The figures and filters of the whole session, once for all cards that a turn has changed. */
function countSoon() {
  counting ||= setTimeout(count, 0);
}

function count() {
  counting = 0;
  const all = cards();
  const figures = find("[data-floor-figures]");
  const sum = (name) => all.reduce((whole, card) => whole + Number(card.dataset[name] || 0), 0);
  const tell = (name, words) => {
    const place = figures.querySelector(`[data-figure="${name}"]`);
    if (place.textContent !== String(words)) place.textContent = words;
  };
  tell("rooms", all.length);
  tell("finished", all.filter((card) => ENDED.has(card.dataset.status)).length);
  tell("deals", all.filter((card) => card.dataset.status === "deal").length);
  for (const name of ["spent", "savedAsk", "savedLimit"]) tell(name, money(sum(name), figures.dataset.currency));
  filters?.update();
  offerSteps(new Set(all.map((card) => card.dataset.status)));
}

function offerSteps(statuses) {
  for (const form of document.querySelectorAll("[data-step]")) {
    form.hidden = !form.dataset.step.split(" ").some((status) => statuses.has(status));
  }
}

for (const form of document.querySelectorAll("[data-step]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    complain("");
    try {
      say((await post(form.action)).words);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      complain(error.message);
    } finally {
      button.disabled = false;
    }
  });
}

function say(words) {
  tellIn("[data-told]", words);
}

function complain(words) {
  tellIn("[data-error]", words);
}

function tellIn(selector, words) {
  const place = find(selector);
  place.textContent = words;
  place.hidden = !words;
}
