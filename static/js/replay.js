// The page that plays a room again. It gets the room's events as the live page does, and shows the room at any of them.

import { isOver, renderBoard, renderOutlook } from "./board.js";
import { ConcessionChart } from "./chart.js";
import { RoomEvents } from "./events.js";
import { statusWords } from "./format.js";
import { Player } from "./player.js";
import { PriceLine } from "./price_line.js";
import { Talk } from "./talk.js";
import { Timeline } from "./timeline.js";
import { WhatIf } from "./what_if.js";
import { Why } from "./why.js";

const QUIET = 250; // milliseconds without a frame, after which what has happened so far is here
const BETWEEN_ADDRESSES = 400;

const find = (selector) => document.querySelector(selector);
const root = find("[data-room]");
const timeline = new Timeline({ currency: root.dataset.currency, isSeller: root.dataset.viewer === "seller" });
const why = new Why(root.dataset);
const talk = new Talk(find(".talk-panel"), { why });
const chart = new ConcessionChart(find("[data-chart]"));
const priceLine = new PriceLine(find("[data-price-line]"));
const player = new Player(find("[data-player]"), timeline, { onPlace: show });
const whatIf = find("[data-what-if]") && new WhatIf(find("[data-what-if]").closest("dialog"));

let isLoaded = false;
let wanted = null; // what is to be drawn next
let quietTimer = 0;
let addressTimer = 0;

/** A slider that is drawn along asks for more places than can be drawn; the last of them counts. */
function show(count, { isNext }) {
  if (!wanted) requestAnimationFrame(draw);
  wanted = { count, isNext: isNext && !wanted };
}

function draw() {
  const { count, isNext } = wanted;
  wanted = null;
  const room = timeline.at(count);
  const seen = { ...room, knownSeq: isNext ? timeline.frames[count - 2]?.seq ?? 0 : room.lastSeq };
  talk.render(seen);
  chart.render({ ...seen, maxRounds: lastRound(seen) });
  renderBoard(find("[data-board]"), seen);
  renderOutlook(find("[data-outlook]"), seen);
  why.renderEnding(find("[data-outlook]"), seen);
  priceLine.render(seen);
  renderHead(seen);
  keepAddress(count);
}

/** The rounds of the whole record, so that the chart keeps its scale. */
function lastRound(room) {
  return isOver(timeline.whole) ? Math.max(1, timeline.whole.round) : room.maxRounds;
}

function renderHead(room) {
  const status = room.outcome && room.status === "completed" ? room.outcome.outcome : room.status;
  const sign = find("[data-room-status]");
  sign.dataset.status = status;
  sign.textContent = statusWords(status);
  find("[data-round-line]").textContent = room.round ? `Round ${room.round} of ${room.maxRounds}` : `Up to ${room.maxRounds} rounds`;
  const opens = find("[data-what-if-opens]");
  if (opens) opens.hidden = timeline.rounds().length === 0;
}

function keepAddress(count) {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const seq = timeline.frames[count - 1]?.seq;
    history.replaceState(null, "", seq ? `#event=${seq}` : location.pathname + location.search);
  }, BETWEEN_ADDRESSES);
}

function addressed() {
  const [, seq] = location.hash.match(/^#event=(\d+)$/) ?? [];
  return seq === undefined ? null : timeline.countUpTo(Number(seq));
}

function take(frame) {
  if (frame.type === "connected") timeline.open(frame);
  else if (Number.isInteger(frame.seq)) timeline.add(frame);
  else return;
  clearTimeout(quietTimer);
  quietTimer = setTimeout(settle, isLoaded ? 0 : QUIET);
}

/** What came in together is taken up together. */
function settle() {
  clearTimeout(quietTimer);
  if (isLoaded) return player.grow();
  isLoaded = true;
  player.grow();
  player.go(addressed() ?? (isOver(timeline.whole) ? 0 : timeline.length));
}

const LINES = { connecting: "Connecting", live: "Up to now", lost: "Reconnecting…", over: "Complete record" };

function showLine(state, code) {
  const sign = find("[data-live-sign]");
  sign.dataset.live = state;
  sign.textContent = LINES[state] ?? "Not connected";
  if (state === "over") settle();
  if (state !== "refused") return;
  const place = find("[data-error]");
  place.textContent = code === 4404 ? "This room does not exist any more." : "You may not watch this room. Sign in again.";
  place.hidden = false;
}

for (const button of document.querySelectorAll("[data-mode][aria-pressed]")) {
  button.addEventListener("click", () => {
    talk.setMode(button.dataset.mode);
    for (const one of document.querySelectorAll("[data-mode][aria-pressed]")) one.setAttribute("aria-pressed", one === button);
  });
}
talk.showPrivate(root.dataset.as === "xray");
find("[data-what-if-opens]")?.addEventListener("click", () => {
  player.pause();
  whatIf?.open(timeline.at(player.count).round);
});
addEventListener("hashchange", () => player.go(addressed() ?? player.count));

new RoomEvents({ socketUrl: root.dataset.socket, streamUrl: root.dataset.stream, onFrame: take, onState: showLine }).open();
