// The fields for language models of a new session: what the chosen provider has, and whether anybody asks it at all.

import { get } from "./api.js";
import { element } from "./elements.js";
import { modelCount, providerName } from "./providers.js";

const ASK_MODELS = new Set(["narrated", "llm"]);

const root = document.querySelector("[data-model-fields]");
const form = root.closest("form");
const hint = root.querySelector("[data-provider-hint]");
const models = root.querySelector("#known-models");
const use = root.querySelector("[data-use]");
const provider = form.elements.llm_provider;

// Dimmed and not disabled: what was entered is sent all the same, and a mind may be chosen afterwards.
function showUse() {
  const chosen = [...form.querySelectorAll("[name=sellers]:checked")];
  const sellers = chosen.filter((box) => ASK_MODELS.has(box.dataset.mind)).length;
  const doesBuyer = ASK_MODELS.has(form.elements.buyer_mind.value);
  root.classList.toggle("is-unused", !doesBuyer && !sellers);
  use.textContent = useWords(doesBuyer, sellers);
}

function useWords(doesBuyer, sellers) {
  const those = sellers === 1 ? "one chosen seller" : `${sellers} chosen sellers`;
  if (doesBuyer) return sellers ? `For the buyer and ${those}.` : "For the buyer; no chosen seller asks a model.";
  return sellers ? `For ${those}; the buyer asks no model.` : "Nobody in this session asks a model, so these do not matter.";
}

form.addEventListener("change", showUse);
showUse();

const status = await get(root.dataset.modelFields).catch(() => null);
if (status) {
  provider.addEventListener("change", showProvider);
  showProvider();
}

function showProvider() {
  const id = provider.value || status.in_use;
  const known = status.providers[id];
  models.replaceChildren(...(known?.models ?? []).map((model) => element("option", { value: model })));
  hint.dataset.light = known?.available ? "on" : "off";
  hint.textContent = known ? hintOf(id, known) : "";
}

function hintOf(id, known) {
  if (id === "builtin") return "No model is asked; the agents speak in template words.";
  const name = providerName(id);
  if (known.available) return `${name} answers and has ${modelCount(known)}.`;
  return `${name} cannot be reached now${known.error ? `: ${known.error}` : ""}.`;
}
