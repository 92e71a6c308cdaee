// The home page: running rooms move on by themselves, and the light tells whether a language model can be reached.

import { get } from "./api.js";
import { element } from "./elements.js";
import { keepTimesCurrent, money, statusWords } from "./format.js";
import { followRoom } from "./room_card.js";
import { bestStanding } from "./room_state.js";

const MOST_LINES = 10;

keepTimesCurrent();
for (const room of [...document.querySelectorAll("[data-running-room]")].slice(0, MOST_LINES)) follow(room);
for (const light of document.querySelectorAll("[data-provider-light]")) showProvider(light);

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

/** Says nothing when the status cannot be had: the marketplace works without a model. */
async function showProvider(light) {
  const status = await get(light.dataset.providerLight).catch(() => null);
  const provider = status?.providers?.[status.in_use] ?? status?.llm;
  if (!provider || !("available" in provider)) return;
  const [state, words] = providerWords(status.in_use, provider);
  light.dataset.light = state;
  light.textContent = words;
  light.hidden = false;
}

function providerWords(name, provider) {
  if (name === "builtin") return ["none", "No language model in use; the agents speak in phrases of their own."];
  const title = { lm_studio: "LM Studio", openrouter: "OpenRouter", openai_compatible: "The language model" }[name] ?? "The language model";
  if (provider.available) return ["on", `${title} answers.`];
  return ["off", `${title} does not answer; the agents speak in phrases of their own.`];
}
