// The inbox of approvals: what waits is decided in place; a decision takes its card away and is told where it stood.

import { ApiError } from "./api.js";
import { approvalCard, readPending } from "./approval_card.js";
import { keepClocks } from "./desk_words.js";
import { element } from "./elements.js";
import { keepTimesCurrent } from "./format.js";

const LOOK_AGAIN = 20_000;

const root = document.querySelector("[data-approvals]");
const place = root.querySelector("[data-pending]");
const mayDecide = root.dataset.mayDecide === "yes";

/** Cards that stand are left alone: somebody may be writing a note in one. */
async function read() {
  try {
    draw(await readPending());
    complain("");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    complain(error.message);
  }
}

function draw(pending) {
  place.setAttribute("aria-busy", "false");
  place.querySelector("[data-loading]")?.remove();
  const waiting = new Set(pending.map((approval) => approval.approval_id));
  for (const card of place.querySelectorAll("[data-approval]")) if (!waiting.has(card.dataset.approval)) card.remove();
  const shown = new Set([...place.querySelectorAll("[data-approval]")].map((card) => card.dataset.approval));
  for (const approval of pending) {
    if (!shown.has(approval.approval_id)) place.append(approvalCard(approval, { mayDecide, onDecided: (_, words) => settle(approval, words) }));
  }
  count(waiting.size);
}

function settle(approval, words) {
  const card = place.querySelector(`[data-approval="${CSS.escape(approval.approval_id)}"]`);
  const told = element("p", { class: "notice", role: "status", tabindex: "-1" }, `${approval.item_name}, ${approval.seller_name}: ${words} `,
    element("a", { href: `/rooms/${approval.room_id}/` }, "To the room"));
  card?.replaceWith(told);
  told.focus();
  count(place.querySelectorAll("[data-approval]").length);
}

function count(waiting) {
  root.querySelector("[data-none]").hidden = waiting > 0 || place.querySelector(".notice") !== null;
  const tally = document.querySelector("[data-approvals-count]");
  if (!tally) return;
  tally.hidden = !waiting;
  tally.firstChild.data = String(waiting);
}

function complain(words) {
  const error = root.querySelector("[data-error]");
  error.textContent = words;
  error.hidden = !words;
  if (words) place.querySelector("[data-loading]")?.remove();
}

keepTimesCurrent();
keepClocks();
read();
setInterval(() => !document.hidden && read(), LOOK_AGAIN);
