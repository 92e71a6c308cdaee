// What a room amounts to: a pure fold of its event frames. Knows no page and no clock.

import { append, merge, together } from "./growing.js";
import { NO_SEATS, SEAT_FOLDS, moved } from "./seats.js";
import { NO_STAND_IN, hear } from "./voices.js";
import { NOTHING_WRITTEN, settle, settleBefore, type, withoutWriting, wordsSoFar, write } from "./writing.js";

export const OVER = new Set(["completed", "expired", "cancelled", "failed", "no_sellers_available"]);
const GONE = new Set(["rejected", "expired", "withdrawn"]);

export function newRoom() {
  return {
    status: "pending",
    round: 0,
    maxRounds: 0,
    lastSeq: 0,
    knownSeq: 0, // what had happened before this page looked: shown at once, without ceremony
    itemName: "",
    quantity: 0,
    currency: "USD",
    startedAt: null,
    buyer: { id: null, name: "Buyer" },
    limits: null, // {least, most}, for those who may know
    pace: { turnSeconds: null, pauseAfter: null }, // the room's own rest before a turn, and the round it pauses after
    isSeller: false, // seen with a seller's eyes: its own thread, and nothing of its rivals
    sellers: [],
    entries: [], // the talk: {kind: round|buyer|seller|note, seq, ...}, oldest first
    writing: NOTHING_WRITTEN, // words on their way, until the recorded message comes
    standIns: NO_STAND_IN, // where template words stand in for a model
    seats: NO_SEATS, // who holds them, who is waited for, what waits for an approval
    offerStates: {}, // offer id -> pending|accepted|...
    decision: null,
    outcome: null,
  };
}

/** `now` in milliseconds, for those who let go of what nothing was heard of for a while. */
export function fold(room, frame, now = 0) {
  const folded = (FOLDS[frame.type] ?? same)(room, frame, now);
  const heard = OVER.has(folded.status) || folded.status === "paused" ? withoutWriting(folded) : folded;
  return Number.isInteger(frame.seq) ? { ...heard, lastSeq: frame.seq } : heard;
}

/** Many frames at once, which costs less than one by one. */
export function foldAll(room, frames, now = 0) {
  return together(() => frames.reduce((next, frame) => fold(next, frame, now), room));
}

const FOLDS = {
  connected,
  status_changed: statusChanged,
  pace_changed: paceChanged,
  round_start: roundStart,
  buyer_message: buyerMessage,
  seller_response: sellerResponse,
  message_delta: write,
  typing: type,
  offer_updated: offerUpdated,
  error: mindFailed,
  decision: (room, frame) => ({ ...room, decision: frame }),
  negotiation_complete: complete,
  ...SEAT_FOLDS,
};

export function seller(room, sellerId) {
  return room.sellers.find((one) => one.id === sellerId) ?? null;
}

/** The open threads with a standing offer, best for the buyer first: price, then more units, then who quoted earlier. */
export function standingOffers(room) {
  return room.sellers
    .filter((one) => one.isOpen && one.standing)
    .sort((a, b) => a.standing.price - b.standing.price || b.standing.quantity - a.standing.quantity
      || a.standing.round - b.standing.round);
}

export function bestStanding(room) {
  const valid = standingOffers(room).filter((one) => isWithin(room, one.standing));
  return valid[0] ?? standingOffers(room)[0] ?? null;
}

export function bestBid(room) {
  const bids = room.sellers.map((one) => one.bids.at(-1)?.price).filter((price) => price !== undefined);
  return bids.length ? Math.max(...bids) : null;
}

export function isWithin(room, offer) {
  return !room.limits || (offer.price <= room.limits.most && offer.price >= room.limits.least);
}

/** best | within | over | low, as a badge says it; null where the viewer may know neither the limits nor the rivals. */
export function badge(room, one, offer = one.standing) {
  if (!offer) return null;
  const best = bestStanding(room);
  if (room.limits && offer.price > room.limits.most) return "over";
  if (room.limits && offer.price < room.limits.least) return "low";
  if (best && best.id === one.id && offer === one.standing && !room.isSeller) return "best";
  return room.limits ? "within" : null;
}

/** [{round, price}]: the lowest quote of each round, as it stood at the round's end. */
export function lowestByRound(room) {
  const byRound = new Map();
  for (const one of room.sellers) {
    for (const quote of one.quotes) {
      byRound.set(quote.round, Math.min(quote.price, byRound.get(quote.round) ?? Infinity));
    }
  }
  return [...byRound].sort(([a], [b]) => a - b).map(([round, price]) => ({ round, price }));
}

function same(room) {
  return room;
}

/** What `connected` told already is newer than the events it is followed by. */
function statusChanged(room, frame) {
  const pace = frame.new === "paused" ? { ...room.pace, pauseAfter: null } : room.pace;
  return { ...room, pace, status: frame.seq <= room.knownSeq ? room.status : frame.new };
}

function paceChanged(room, frame) {
  return { ...room, pace: { turnSeconds: frame.turn_seconds, pauseAfter: frame.pause_after_round } };
}

/** Sent anew after every reconnect; what the events have told since is kept. */
function connected(room, frame) {
  const sellers = (frame.sellers ?? []).map((known) => {
    const already = seller(room, known.seller_id);
    return already
      ? { ...already, limits: known.limits ?? already.limits, agenda: known.agenda ?? already.agenda }
      : newSeller(known.seller_id, known.seller_name, known);
  });
  return {
    ...room,
    status: frame.status ?? room.status,
    round: Math.max(room.round, frame.current_round ?? 0),
    maxRounds: frame.max_rounds ?? room.maxRounds,
    knownSeq: Math.max(room.knownSeq, frame.last_seq ?? 0),
    itemName: frame.item_name ?? room.itemName,
    quantity: frame.quantity ?? room.quantity,
    currency: frame.currency ?? room.currency,
    startedAt: frame.started_at ?? room.startedAt,
    buyer: frame.buyer ?? room.buyer,
    limits: limitsOf(frame) ?? room.limits,
    sellers: sellers.length ? sellers : room.sellers,
  };
}

function limitsOf(frame) {
  const told = frame.buyer_constraints;
  return told ? { least: told.min_price_per_unit, most: told.max_price_per_unit } : null;
}

function newSeller(id, name, known = {}) {
  return {
    id,
    name,
    ask: known.initial_price ?? null,
    limits: known.limits ?? null,
    agenda: known.agenda ?? [],
    isOpen: true,
    isAgreed: false,
    hasWon: false,
    hasWalked: false,
    standing: null, // {offerId, price, quantity, round, change, isFinal}
    bids: [],
    quotes: [],
  };
}

function roundStart(room, frame) {
  const entry = { kind: "round", seq: frame.seq, round: frame.round_number, at: frame.timestamp };
  return {
    ...settleBefore(room, frame.round_number),
    round: Math.max(room.round, frame.round_number),
    maxRounds: frame.max_rounds ?? room.maxRounds,
    entries: append(room.entries, entry),
  };
}

function buyerMessage(room, frame) {
  const offers = (frame.offers ?? []).map((offer) => ({
    offerId: offer.offer_id,
    sellerId: offer.seller_id,
    price: offer.price,
    quantity: offer.quantity,
    claim: offer.claim ?? null,
    terms: offer.terms ?? null,
    packages: offer.packages ?? [],
    round: frame.round ?? room.round,
    change: changeTo(offer.price, seller(room, offer.seller_id)?.bids.at(-1)),
  }));
  let next = room;
  for (const offer of offers) {
    next = withSeller(next, offer.sellerId, (one) => ({ ...one, bids: append(one.bids, offer) }));
  }
  const addressed = frame.mentioned_sellers?.length ? frame.mentioned_sellers : offers.map((offer) => offer.sellerId);
  const entry = {
    kind: "buyer",
    seq: frame.seq,
    at: frame.timestamp,
    round: frame.round ?? room.round,
    name: frame.sender_name ?? room.buyer.name,
    ...spoken(frame),
    action: frame.action,
    isInterjection: Boolean(frame.is_interjection),
    sellerIds: addressed.length ? addressed : room.sellers.map((one) => one.id),
    offers,
  };
  if (frame.action === "walk_away") next = closed(next, entry.sellerIds);
  if (!entry.isInterjection) next = moved(next, entry.sellerIds);
  return { ...said(next, entry, "buyer"), offerStates: withStates(next, offers, "pending") };
}

/** The buyer has left these threads. */
function closed(room, sellerIds) {
  return sellerIds.reduce((next, id) => withSeller(next, id, (one) => ({ ...one, isOpen: false, standing: null })), room);
}

function sellerResponse(room, frame) {
  const one = seller(room, frame.seller_id) ?? newSeller(frame.seller_id, frame.sender_name);
  const round = frame.round ?? room.round;
  const offer = frame.offer && {
    offerId: frame.offer.offer_id,
    sellerId: one.id,
    price: frame.offer.price,
    quantity: frame.offer.quantity,
    isFinal: Boolean(frame.offer.is_final),
    terms: frame.offer.terms ?? null,
    packages: frame.offer.packages ?? [],
    round,
    change: changeTo(frame.offer.price, one.quotes.at(-1) ?? (one.ask === null ? null : { price: one.ask })),
  };
  const next = withSeller(withKnown(room, one), one.id, (known) => ({
    ...known,
    ...(offer ? { standing: offer, quotes: append(known.quotes, offer) } : {}),
    isAgreed: known.isAgreed || frame.action === "accept",
    ...(frame.action === "walk_away" ? { isOpen: false, hasWalked: true, standing: null } : {}),
    ...(frame.action === "withdraw" ? { standing: null } : {}),
  }));
  const entry = {
    kind: "seller",
    seq: frame.seq,
    at: frame.timestamp,
    round,
    name: frame.sender_name ?? one.name,
    ...spoken(frame),
    action: frame.action,
    isInterjection: Boolean(frame.is_interjection),
    sellerIds: [one.id],
    offers: offer ? [offer] : [],
  };
  const state = frame.action === "accept" ? "accepted" : "pending";
  const answered = entry.isInterjection ? next : moved(next, [one.id]);
  return { ...said(answered, entry, one.id), offerStates: withStates(next, offer ? [offer] : [], state) };
}

function spoken(frame) {
  return { messageId: frame.message_id ?? null, text: frame.message ?? "", voice: frame.voice, fallback: frame.fallback ?? null };
}

/** With the message in the talk, after a note if it changes whether models speak, and no longer being written. */
function said(room, entry, seat) {
  if (entry.isInterjection) return { ...room, entries: append(room.entries, entry) }; // a person's, whatever the mind is writing
  const [standIns, words] = hear(room.standIns, { ...entry, seat });
  const note = words && { ...noteAt(entry, words), sellerIds: room.sellers.map((one) => one.id), isForAll: true };
  const message = { ...entry, begun: wordsSoFar(room, entry.kind, entry.sellerIds) };
  return { ...settle(room, entry.kind, entry.sellerIds), standIns, entries: append(room.entries, ...(note ? [note] : []), message) };
}

function noteAt({ seq, at, round }, text) {
  return { kind: "note", seq, at, round, text, offers: [] };
}

/** "countered" is followed by the offer that took its place, so the standing one is left until then. */
function offerUpdated(room, frame) {
  const next = { ...room, offerStates: merge(room.offerStates, { [frame.offer_id]: frame.state }) };
  if (!GONE.has(frame.state)) return next;
  return withSeller(next, frame.seller_id, (one) => (
    one.standing?.offerId === frame.offer_id ? { ...one, standing: null } : one
  ));
}

function mindFailed(room, frame) {
  const words = frame.message ?? "A mind did not answer in time; the room goes on.";
  const sellerIds = frame.seller_id ? [frame.seller_id] : room.sellers.map((one) => one.id);
  const entry = { ...noteAt({ seq: frame.seq, at: frame.timestamp, round: room.round }, words), sellerIds };
  return { ...room, entries: append(room.entries, entry) };
}

function complete(room, frame) {
  const next = { ...room, status: frame.status ?? "completed", outcome: frame, seats: { ...room.seats, waits: {}, approval: null } };
  if (frame.outcome !== "deal") return next;
  return withSeller(next, frame.selected_seller_id, (one) => ({ ...one, hasWon: true }));
}

function withSeller(room, sellerId, change) {
  return { ...room, sellers: room.sellers.map((one) => (one.id === sellerId ? change(one) : one)) };
}

function withKnown(room, one) {
  return seller(room, one.id) ? room : { ...room, sellers: [...room.sellers, one] };
}

function changeTo(price, before) {
  return before ? Math.round((price - before.price) * 100) / 100 : null;
}

function withStates(room, offers, state) {
  return merge(room.offerStates, Object.fromEntries(offers.map((offer) => [offer.offerId, state])));
}
