// The page of an arena: it goes on by itself while games are played, and other measures come without a new page.

import { get } from "./api.js";
import { keepTimesCurrent } from "./format.js";

const EVERY_MS = 2000;
const LIVE = new Set(["waiting", "playing"]);

const root = document.querySelector("[data-arena]");
let { version, state } = root.dataset;
let reading = 0;
let isGoing = false;

keepTimesCurrent();
document.addEventListener("click", swapByLink);
document.addEventListener("submit", swapByForm);
document.addEventListener("change", (event) => event.target.form?.matches("[data-versus]") && event.target.form.requestSubmit());
if (LIVE.has(state)) setTimeout(look, EVERY_MS);

/** The page is read again where something happened; what takes the server long is asked for less often. */
async function look() {
  const began = performance.now();
  const query = new URLSearchParams({ since: version, measure: measureShown() });
  const told = document.hidden || isGoing ? null : await get(`${root.dataset.arena}?${query}`).catch(() => null);
  if (told && told.progress.version !== version && (await bring(addressShown()))) ({ version, state } = told.progress);
  if (LIVE.has(state)) setTimeout(look, Math.max(EVERY_MS, 4 * (performance.now() - began)));
}

function measureShown() {
  return root.querySelector("[data-measure]")?.dataset.measure ?? "competitive_share";
}

function swapByLink(event) {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href);
}

function swapByForm(event) {
  if (!event.target.matches("[data-versus]")) return;
  event.preventDefault();
  go(addressShown());
}

/** With the two minds that stand in the form, whoever leads by now. */
function addressShown() {
  const address = new URL(location);
  for (const choice of root.querySelectorAll("[data-versus] select")) address.searchParams.set(choice.name, choice.value);
  return address.href;
}

async function go(address) {
  isGoing = true;
  if (await bring(address)) history.replaceState(null, "", address);
  else location.href = address;
  isGoing = false;
}

/** Puts in the parts of that page that differ from what is shown; whether it was there. Only the latest one counts. */
async function bring(address) {
  const mine = ++reading;
  const page = await read(address);
  if (!page || mine !== reading) return false;
  const focused = wayTo(document.activeElement);
  const next = page.querySelector("[data-arena]");
  const shape = (from) => [...from.querySelectorAll("[data-part]")].map((part) => part.dataset.part).join(" ");
  if (shape(next) === shape(root)) for (const part of root.querySelectorAll("[data-part]")) put(part, next);
  else root.replaceChildren(...next.cloneNode(true).childNodes);
  if (focused && !document.activeElement?.matches(focused)) root.querySelector(focused)?.focus({ preventScroll: true });
  return true;
}

function put(part, page) {
  const next = page.querySelector(`[data-part="${part.dataset.part}"]`);
  if (part.outerHTML === next.outerHTML) return;
  const frames = [...part.querySelectorAll(".table-frame")].map((frame) => frame.scrollLeft);
  const fresh = document.adoptNode(next);
  part.replaceWith(fresh);
  fresh.querySelectorAll(".table-frame").forEach((frame, place) => (frame.scrollLeft = frames[place] ?? 0));
}

async function read(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    // Whoever was signed out meanwhile is led elsewhere.
    if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // the next look may get through
  }
}

/** How to find again what has the focus, after its part was put in anew. */
function wayTo(focused) {
  if (!focused || !root.contains(focused)) return null;
  if (focused.id) return `#${CSS.escape(focused.id)}`;
  const address = focused.getAttribute("href");
  return address && `a[href="${CSS.escape(address)}"]`;
}
