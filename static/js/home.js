// The home page: running rooms move on by themselves, and lists show what was made elsewhere.

import { keepClocks } from "./desk_words.js";
import { element } from "./elements.js";
import { SessionEvents } from "./events.js";
import { keepTimesCurrent, money, statusWords } from "./format.js";
import { keepFresh } from "./fresh.js";
import { RoomCards } from "./room_cards.js";
import { bestStanding } from "./room_state.js";

const MOST_LINES = 10;
const LINES = { connecting: "Connecting", live: "Live", lost: "Reconnecting…", over: "" };

let lines = [];

keepTimesCurrent();
keepClocks();
keepFresh((part) => part.dataset.fresh === "running" && follow());
follow();

/** One line for each session of which a room is shown, and only for those rooms. */
function follow() {
  for (const line of lines) line.events.close();
  const rooms = new RoomCards(draw);
  const bySession = new Map();
  for (const card of document.querySelectorAll(".running-room")) {
    drawRound(card, Number(card.dataset.round), Number(card.dataset.maxRounds));
    rooms.add(card.dataset.room, card);
    bySession.set(card.dataset.session, [...(bySession.get(card.dataset.session) ?? []), card.dataset.room]);
  }
  lines = [...bySession].slice(0, MOST_LINES).map(([session, ids]) => open(session, ids, rooms));
}

function open(session, ids, rooms) {
  const line = { state: "connecting" };
  line.events = new SessionEvents({
    socketUrl: `/ws/session/${session}/`,
    streamUrl: `/api/v1/simulation/${session}/stream`,
    rooms: ids,
    onFrame: (frame) => rooms.take(frame),
    onState: (state) => {
      line.state = state;
      showLines();
    },
  });
  line.events.open();
  return line;
}

/** One sign for all lines: the worst of them. */
function showLines() {
  const sign = document.querySelector("[data-live-sign]");
  if (!sign) return;
  const states = lines.map((line) => line.state);
  const worst = ["lost", "connecting", "live"].find((state) => states.includes(state)) ?? "over";
  sign.dataset.live = worst;
  sign.textContent = LINES[worst];
}

function draw(card, room) {
  const status = room.outcome && room.status === "completed" ? room.outcome.outcome : room.status;
  const sign = card.querySelector("[data-room-status]");
  sign.dataset.status = status;
  sign.textContent = statusWords(status);
  drawRound(card, room.outcome ? room.maxRounds : room.round, room.maxRounds, room.round);
  card.querySelector("[data-best]").replaceChildren(...bestWords(room));
}

function bestWords(room) {
  const offer = room.outcome?.final_offer ?? bestStanding(room)?.standing;
  if (!offer) return ["\u2013 ", element("small", {}, room.outcome ? "nothing bought" : "no offer yet")];
  const beside = room.outcome ? `from ${room.outcome.selected_seller_name}` : "best offer";
  const limit = !room.outcome && room.limits && element("small", { class: "limit" }, `limit ${money(room.limits.most, room.currency)}`);
  return [money(offer.price, room.currency), " ", element("small", {}, beside), limit || ""];
}

function drawRound(card, part, rounds, round = part) {
  card.querySelector("[data-round-line]").textContent = round ? `Round ${round} of ${rounds}` : `Up to ${rounds} rounds`;
  card.querySelector("[data-progress] > span").style.setProperty("--part", rounds ? part / rounds : 0);
}
