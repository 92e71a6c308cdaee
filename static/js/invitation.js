// A link that lets one person in: made by an operator, shown once, to be copied.

import { post } from "./api.js";
import { element } from "./elements.js";

const WORDS = "This link is shown once and works once. Give it to one person, whose browser stays signed in until it is closed, for twelve hours at most.";

/** `party` is the side of the thread that the link is for. */
export async function inviteTo(code, party) {
  const { link } = await post(`/negotiations/${code}/invite/?party=${party}`);
  return link;
}

export function linkShown(link, words = WORDS) {
  const field = element("input", { type: "text", readonly: true, value: link, "aria-label": "Link, shown once" });
  const copy = element("button", { type: "button", class: "button small" }, "Copy");
  copy.addEventListener("click", async () => {
    field.select();
    const isCopied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    copy.textContent = isCopied ? "Copied" : "Press Ctrl+C";
  });
  return [
    element("p", { class: "small" }, words),
    element("div", { class: "link-line" }, field, copy),
  ];
}
