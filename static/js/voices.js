// Who found the words of a message, and what to tell when template words begin to stand in for a model or cease to.

const VOICES = { person: "typed by a person", program: "sent by a program", model: "model's words", template: "template words" };
const REASONS = {
  provider_unavailable: "the model could not be reached",
  provider_timeout: "the model did not answer in time",
  unusable_reply: "the model's reply could not be used",
  unusable_words: "the model's words could not be used",
  budget_spent: "the budget for models is spent",
  model_given_up: "the model's replies could not be used twice in a row, so this seat does without it",
};
const NOTES = {
  provider_unavailable: "The model cannot be reached; template words stand in.",
  provider_timeout: "The model does not answer in time; template words stand in.",
  budget_spent: "The budget for models is spent; template words stand in.",
};
// Out of reach or too slow is one state to whoever watches; a model may go from the one to the other with every call.
const STATES = { provider_unavailable: "away", provider_timeout: "away", budget_spent: "spent" };

/** Nobody stands in. `seats` are those heard in template words since `state` began, the last of them in `round`. */
export const NO_STAND_IN = { state: null, seats: [], round: 0, givenUp: [] };

export function voiceWords(voice) {
  return VOICES[voice] ?? "";
}

/** Why template words stand where a model should have spoken, as the end of a sentence. */
export function standInReason(fallback) {
  return REASONS[fallback] ?? (fallback ? fallback.replaceAll("_", " ") : "");
}

/** What a message does to the stand-ins of its room: `[standIns, note]`, the note null where there is nothing to tell. */
export function hear(standIns, { seat, name, round, voice, fallback }) {
  if (voice === "model") return comeBack(standIns, seat, round);
  if (fallback === "model_given_up") return giveUp(standIns, seat, name);
  const state = STATES[fallback];
  if (!state) return [standIns, null];
  const isNew = state !== standIns.state;
  const seats = isNew ? [seat] : [...new Set([...standIns.seats, seat])];
  return [{ ...standIns, state, seats, round }, isNew ? NOTES[fallback] : null];
}

/** One slow seat among quick ones is told of once: only a seat that had fallen back, or a round without, brings a model back. */
function comeBack(standIns, seat, round) {
  const isBack = standIns.state && (standIns.seats.includes(seat) || round > standIns.round + 1);
  return isBack ? [{ ...standIns, state: null, seats: [] }, "The model is back."] : [standIns, null];
}

function giveUp(standIns, seat, name) {
  if (standIns.givenUp.includes(seat)) return [standIns, null];
  const note = `${name} goes on in template words; its model's replies could not be used.`;
  return [{ ...standIns, givenUp: [...standIns.givenUp, seat] }, note];
}
