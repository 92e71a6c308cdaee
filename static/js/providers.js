// What the providers of language models are called, and what their status means for the rooms.

const NAMES = {
  lm_studio: "LM Studio",
  openrouter: "OpenRouter",
  openai_compatible: "OpenAI-compatible server",
  builtin: "Template words",
};

export function providerName(id) {
  return NAMES[id] ?? id;
}

/** `{light, words, effect}` of the whole status: none by choice, on, off with template words instead, or bad. */
export function lightOf({ in_use: inUse, fallback, llm }) {
  if (inUse === "builtin") return { light: "none", words: "No model: template words", effect: "No language model is set up; the agents speak in template words." };
  if (llm.available) return { light: "on", words: `Model: ${providerName(inUse)}`, effect: "The agents that ask a model speak in its words." };
  if (fallback === "off") return { light: "bad", words: "Model away", effect: "Rooms whose agents ask a model cannot be started until it is back." };
  return { light: "off", words: "No model: template words", effect: "Template words stand in until the model is back." };
}

/** "3 models", "1 model", "no models". */
export function modelCount({ models }) {
  if (!models.length) return "no models";
  return `${models.length} ${models.length === 1 ? "model" : "models"}`;
}
