// The light in the head of the page: whether the language model can be reached, asked again while somebody looks.

import { get } from "./api.js";
import { element } from "./elements.js";
import { lightOf, modelCount, providerName } from "./providers.js";

const EVERY = 10_000;
const MOST_MODELS = 6;

const root = document.querySelector("[data-provider-light]");
const button = root.querySelector("button");
const details = root.querySelector("[popover]");
let timer = 0;
let isAsking = false;

async function look() {
  clearTimeout(timer);
  if (isAsking || document.hidden) return;
  isAsking = true;
  // Without an answer nothing is shown: an old light may be wrong, and the page needs none.
  show(await get(root.dataset.providerLight).catch(() => null));
  isAsking = false;
  timer = setTimeout(look, EVERY);
}

function show(status) {
  root.hidden = !status?.llm;
  if (root.hidden) return;
  const { light, words, effect } = lightOf(status);
  button.dataset.light = light;
  button.querySelector("[data-words]").textContent = words;
  button.title = [providerName(status.in_use), modelCount(status.llm), status.llm.error].filter(Boolean).join(", ");
  details.replaceChildren(element("p", {}, effect), element("dl", {}, ...facts(status).flatMap(([name, value]) => [
    element("dt", {}, name), element("dd", {}, value)])));
}

function facts({ in_use: inUse, llm }) {
  const more = llm.models.length - MOST_MODELS;
  const models = llm.models.slice(0, MOST_MODELS).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return [
    ["Provider", providerName(inUse)],
    llm.base_url && ["Address", llm.base_url],
    inUse !== "builtin" && ["Models", llm.models.length ? `${llm.models.length}: ${models}` : "None"],
    llm.error && ["Error", llm.error],
  ].filter(Boolean);
}

document.addEventListener("visibilitychange", look);
look();
