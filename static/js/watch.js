// The page of a spectators' link: how the room goes and how it ended; then, if the link shares it, the talk as well.

import { renderBoard, renderOutlook } from "./board.js";
import { ConcessionChart } from "./chart.js";
import { RoomEvents } from "./events.js";
import { duration, reasonWords, statusWords } from "./format.js";
import { Intake } from "./intake.js";
import { OVER, fold, newRoom } from "./room_state.js";
import { Talk } from "./talk.js";

const root = document.querySelector("[data-watch]");
const find = (selector) => document.querySelector(selector);
const sellers = Number(root.dataset.sellers);

const talk = new Talk(find(".talk-panel"));
const chart = new ConcessionChart(find("[data-chart]"));
let room = { ...newRoom(), status: root.dataset.status, currency: root.dataset.currency, round: Number(root.dataset.round), maxRounds: Number(root.dataset.maxRounds) };
let hasEnded = false; // the link, not the room
let isFollowedAgain = false;
let isRenderQueued = false;

const intake = new Intake(take);

function follow() {
  new RoomEvents({ socketUrl: root.dataset.socket, streamUrl: root.dataset.stream, onFrame: (frame) => intake.add(frame), onState: showLine }).open();
}

function take(frame) {
  if (frame.type === "round_start" && frame.seq > room.knownSeq) say(`Round ${frame.round_number} of ${frame.max_rounds}.`);
  room = fold(room, frame, Date.now());
  if (frame.type === "negotiation_complete") {
    say(stateOf(room).title);
    if (root.dataset.showsTalk === "yes" && !room.sellers.length && !isFollowedAgain) followAgain();
  }
  drawSoon();
}

/** While the room went on nothing of the talk was told; now that it is over, the same address tells all of it. */
function followAgain() {
  isFollowedAgain = true;
  setTimeout(() => {
    room = { ...newRoom(), status: room.status, currency: room.currency, round: room.round, maxRounds: room.maxRounds, outcome: room.outcome };
    follow();
  }, 0);
}

function drawSoon() {
  if (isRenderQueued) return;
  isRenderQueued = true;
  setTimeout(() => {
    isRenderQueued = false;
    render();
  }, 0);
}

function render() {
  if (hasEnded) return;
  const status = room.outcome && room.status === "completed" ? room.outcome.outcome : room.status;
  find("[data-room-status]").dataset.status = status;
  find("[data-room-status]").textContent = statusWords(status);
  const isTold = Boolean(room.outcome) && room.sellers.length > 0 && room.lastSeq >= room.knownSeq;
  find("[data-state]").hidden = isTold;
  find("[data-told]").hidden = !isTold;
  if (isTold) renderTold();
  else renderState();
}

function renderState() {
  const { title, words } = stateOf(room);
  find("[data-round-line]").textContent = room.round ? `Round ${room.round} of ${room.maxRounds}` : `Up to ${room.maxRounds} rounds`;
  find("[data-state-title]").textContent = title;
  find("[data-state-words]").textContent = words;
  find("[data-progress]").style.setProperty("--part", room.maxRounds ? room.round / room.maxRounds : 0);
  find("[data-state]").classList.toggle("is-deal", room.outcome?.outcome === "deal");
}

function renderTold() {
  find("[data-buyer]").textContent = `for ${room.buyer.name}`;
  renderOutlook(find("[data-outlook]"), room);
  renderBoard(find("[data-board]"), room);
  talk.render(room);
  chart.render(room);
}

function stateOf({ status, outcome }) {
  if (outcome) return endOf(outcome, status);
  return {
    pending: { title: "Not started yet", words: "This page shows the talks as soon as they begin." },
    queued: { title: "About to begin", words: "The talks wait for a free place." },
    waiting: { title: "Waiting for a person", words: "Somebody has to answer before the talks go on." },
    paused: { title: "Paused", words: "The talks go on when somebody resumes them." },
  }[status] ?? {
    title: sellers === 1 ? "The buyer talks to one seller" : `The buyer talks to ${sellers} sellers at once`,
    words: "What they say and offer is not shown while they talk: a rival could be reading.",
  };
}

function endOf(outcome, status) {
  const took = `${outcome.rounds} round${outcome.rounds === 1 ? "" : "s"} in ${duration(outcome.duration_seconds)}.`;
  const title = outcome.outcome === "deal" ? "They have a deal" : { cancelled: "Cancelled", expired: "Out of time", failed: "Failed" }[status] ?? "No deal";
  return { title, words: `${reasonWords(outcome.reason)} ${took}` };
}

const LINES = { connecting: "Connecting", live: "Live", lost: "Reconnecting…", over: "Complete record" };

function showLine(state) {
  for (const sign of document.querySelectorAll("[data-live-sign]")) {
    sign.dataset.live = state;
    sign.textContent = LINES[state] ?? "Not connected";
  }
  if (state === "refused") endLink();
}

/** Taken back or expired while the page was open. What was shown at the end of the room was given and stays. */
function endLink() {
  if (OVER.has(room.status) && room.outcome) return;
  hasEnded = true;
  find("[data-state]").hidden = false;
  find("[data-round-line]").textContent = "";
  find("[data-state-title]").textContent = "This link has ended";
  find("[data-state-words]").textContent = "It was taken back, or its time is over. Ask whoever sent it to you for a new one.";
  say("This link has ended.");
}

function say(words) {
  find("[data-announce]").textContent = words;
}

const modes = document.querySelectorAll("[data-mode][aria-pressed]");
for (const button of modes) {
  button.addEventListener("click", () => {
    talk.setMode(button.dataset.mode);
    for (const one of modes) one.setAttribute("aria-pressed", one === button);
  });
}

follow();
