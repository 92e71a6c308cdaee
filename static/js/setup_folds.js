// Says beside each folded part of the form what is set in it, so that nobody has to open it to know.

export class Folds {
  constructor(form) {
    const folds = [...form.querySelectorAll("[data-fold]")];
    const tell = () => folds.forEach(summarize);
    form.addEventListener("change", tell);
    tell();
  }
}

function summarize(fold) {
  const set = [...fold.querySelectorAll("input, select")].filter(isSet).map(words);
  fold.querySelector("[data-fold-set]").textContent = set.length ? set.join(" · ") : "as usual";
}

function isSet(field) {
  if (field.type === "checkbox") return field.checked;
  return field.value !== "" && field.dataset.usual !== field.value;
}

function words(field) {
  const label = field.labels[0].textContent.trim();
  if (field.type === "checkbox") return label;
  return `${label}: ${field.selectedOptions ? field.selectedOptions[0].textContent : field.value}`;
}
