// The home page: running rooms move on by themselves.

import { keepClocks } from "./desk_words.js";
import { element } from "./elements.js";
import { keepTimesCurrent, money, statusWords } from "./format.js";
import { followRoom } from "./room_card.js";
import { bestStanding } from "./room_state.js";

const MOST_LINES = 10;

keepTimesCurrent();
keepClocks();
for (const room of [...document.querySelectorAll("[data-running-room]")].slice(0, MOST_LINES)) follow(room);

function follow(card) {
  drawRound(card, Number(card.dataset.round), Number(card.dataset.maxRounds));
  followRoom(card, draw);
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
  const beside = room.outcome ? `from ${room.outcome.selected_seller_name}` : room.limits ? `best offer, limit ${money(room.limits.most, room.currency)}` : "best offer";
  return [money(offer.price, room.currency), " ", element("small", {}, beside)];
}

function drawRound(card, part, rounds, round = part) {
  card.querySelector("[data-round-line]").textContent = round ? `Round ${round} of ${rounds}` : `Up to ${rounds} rounds`;
  card.querySelector("[data-progress] > span").style.setProperty("--part", rounds ? part / rounds : 0);
}
