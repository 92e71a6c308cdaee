// How an offer or a seller stands, in one word.

import { element } from "./elements.js";
import { isAboutTerms } from "./options.js";
import { badge } from "./room_state.js";

export const BADGES = { best: "Best", within: "Within limit", over: "Over limit", low: "Suspiciously low" };

export function badgeOf(name, words = BADGES) {
  return name ? [element("span", { class: `badge ${name}` }, words[name])] : [];
}

/** How a seller stands: won, gone, bound by its acceptance, or how its offer compares. */
export function laneBadge(room, one, words = BADGES) {
  if (one.hasWon) return [element("span", { class: "badge best" }, "Won")];
  if (one.hasExpired) return [element("span", { class: "badge" }, "Expired")];
  if (one.hasWalked) return [element("span", { class: "badge" }, "Left")];
  if (one.isAgreed && one.standing) return [element("span", { class: "badge best" }, "Accepted")];
  return badgeOf(badge(room, one), isAboutTerms(room) ? { ...words, best: "Lowest" } : words);
}
