// Minds as chips: chosen and set by fields, kept as text, one on a line, in the field that is sent.

import { element } from "./elements.js";

/** `name(parameter=value, ...)` from what was chosen; what is left empty is as the mind has it. */
function specOf(name, values) {
  const told = Object.entries(values).filter(([, value]) => value !== "");
  return told.length ? `${name}(${told.map(([key, value]) => `${key}=${value}`).join(", ")})` : name;
}

function linesOf(text) {
  return text.split(/[\n;]/).map((line) => line.trim()).filter(Boolean);
}

export class MindChips {
  #root;
  #field;
  #chips;
  #kinds;
  #one;
  #onChange;

  constructor(root, onChange) {
    this.#root = root;
    this.#onChange = onChange;
    this.#field = root.querySelector("textarea");
    this.#chips = root.querySelector("[data-chips]");
    this.#kinds = JSON.parse(root.dataset.kinds);
    this.#one = root.dataset.one;
  }

  show() {
    this.#chips.hidden = false;
    this.#root.querySelector("[data-as-text]").open = false;
    this.#field.addEventListener("input", () => this.#draw());
    this.#make();
    this.#draw();
  }

  #draw() {
    const lines = linesOf(this.#field.value);
    const chips = lines.map((line, place) => this.#chip(line, place));
    this.#chips.replaceChildren(...(chips.length ? chips : [element("li", { class: "faint" }, "None yet: add one below.")]));
  }

  #chip(line, place) {
    const [, name, set] = /^([^(]*)(?:\((.*)\))?$/.exec(line) ?? [null, line, ""];
    const away = element("button", { type: "button", class: "chip-away", "aria-label": `Take out ${line}` }, "\u00d7");
    away.addEventListener("click", () => this.#take(place));
    return element("li", { class: "mind-chip" }, element("span", {}, element("span", { class: "mind" }, name.trim()), set && element("span", { class: "mind-set" }, set)), away);
  }

  #take(place) {
    this.#write(linesOf(this.#field.value).filter((_, other) => other !== place));
    const buttons = this.#chips.querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? this.#root.querySelector("select")).focus();
  }

  #write(lines) {
    this.#field.value = lines.join("\n");
    this.#draw();
    this.#onChange();
  }

  #make() {
    const maker = this.#root.querySelector("[data-maker]");
    const id = this.#root.dataset.minds;
    const choice = element("select", { id: `${id}-kind` }, ...this.#kinds.map((kind) => element("option", { value: kind.name }, kind.name)));
    const summary = element("p", { class: "hint" });
    const fields = element("div", { class: "maker-fields" });
    const told = element("p", { class: "field-error", role: "alert", hidden: true });
    const add = element("button", { type: "button", class: "button small" }, "Add");
    const pick = () => {
      const kind = this.#kinds.find((one) => one.name === choice.value);
      summary.textContent = kind.summary;
      fields.replaceChildren(...kind.parameters.map((one) => parameterField(one, id)));
      told.hidden = true;
    };
    const put = () => {
      const inputs = [...fields.querySelectorAll("[data-parameter]")];
      const wrong = inputs.find((input) => !input.checkValidity());
      const spec = specOf(choice.value, Object.fromEntries(inputs.map((input) => [input.dataset.parameter, input.value.trim()])));
      const lines = linesOf(this.#field.value);
      const reason = wrong ? `${wrong.dataset.parameter}: ${wrong.validationMessage}` : lines.includes(spec) ? `${spec} takes part already.` : "";
      told.textContent = reason;
      told.hidden = !reason;
      if (wrong) wrong.focus();
      if (!reason) this.#write([...lines, spec]);
    };
    choice.addEventListener("change", pick);
    add.addEventListener("click", put);
    maker.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target === add) return;
      event.preventDefault();
      put();
    });
    const label = element("label", { for: choice.id }, `Add a ${this.#one}`);
    maker.append(element("div", { class: "field maker-kind" }, label, choice, summary), fields, add, told);
    maker.hidden = false;
    pick();
  }
}

function parameterField(parameter, side) {
  const id = `${side}-${parameter.name}`;
  const control = parameter.choices.length ? choiceOf(parameter) : inputOf(parameter);
  control.id = id;
  control.dataset.parameter = parameter.name;
  const range = parameter.low === null ? "" : `, ${parameter.low} to ${parameter.high}`;
  const summary = parameter.summary.replace(/\.$/, "");
  control.setAttribute("aria-describedby", `${id}-hint`);
  return element("div", { class: "field" }, element("label", { for: id }, parameter.name.replaceAll("_", " ")), control,
    element("p", { class: "hint", id: `${id}-hint` }, `${summary}${range}.`));
}

function choiceOf(parameter) {
  const usual = element("option", { value: "" }, parameter.default ? `usual (${parameter.default})` : "scenario's own");
  return element("select", {}, usual, ...parameter.choices.map((one) => element("option", { value: one }, one.replaceAll("_", " "))));
}

function inputOf(parameter) {
  if (parameter.low === null) return element("input", { type: "text", maxlength: "60", pattern: "[^\\(\\);,=]*", autocomplete: "off", placeholder: parameter.default || "usual" });
  return element("input", { type: "number", class: "number", min: parameter.low, max: parameter.high, step: "any", placeholder: parameter.default || "usual" });
}
