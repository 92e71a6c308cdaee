// The pictures of what was possible: what is pointed at, or stepped to with a key, is read out beneath.

for (const picture of document.querySelectorAll("[data-possible]")) {
  const reading = picture.querySelector("[data-reading]");
  const hint = reading.textContent;
  const read = (event) => {
    const mark = event.target.closest("[data-words]");
    reading.textContent = mark ? mark.dataset.words : hint;
  };
  const drawing = picture.querySelector("svg");
  drawing.addEventListener("pointerover", read);
  drawing.addEventListener("focusin", read);
  drawing.addEventListener("pointerleave", () => (reading.textContent = hint));
  drawing.addEventListener("focusout", () => (reading.textContent = hint));
}
