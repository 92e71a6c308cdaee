// What a room knows of its seats: who holds them, who is waited for, and what waits for an approval. A pure fold.

import { noteOf } from "./desk_words.js";
import { append } from "./growing.js";

/** `holders` by the seller's id, the buyer's under ""; `waits` by the thread's seller; `approval` is the pending one. */
export const NO_SEATS = { holders: {}, waits: {}, approval: null };

export const SEAT_FOLDS = {
  bundle_reached: (room, frame) => withNote(room, frame, {}),
  seat_changed: (room, frame) => withNote(room, frame, { holders: held(room, frame), waits: withoutWaitsOf(room, frame) }),
  human_input_required: asked,
  expiry_warning: (room, frame) => withNote(room, frame, {}),
  input_timed_out: (room, frame) => withNote(room, frame, { waits: without(room, frame.seller_id) }),
  thread_expired: threadExpired,
  approval_decided: (room, frame) => withNote(room, frame, { approval: null }),
};

export function holderOf(room, sellerId) {
  return room.seats.holders[sellerId] ?? "agent";
}

/** Somebody has moved in these threads, so nobody is waited for there. */
export function moved(room, sellerIds) {
  return sellerIds.some((id) => room.seats.waits[id]) ? withSeats(room, { waits: without(room, ...sellerIds) }) : room;
}

function withSeats(room, change) {
  return { ...room, seats: { ...room.seats, ...change } };
}

function asked(room, frame) {
  const { seller_id: sellerId, expires_at: until } = frame;
  if (frame.action === "approval") {
    return withNote(room, frame, { approval: { number: frame.approval_number, sellerId, kind: frame.kind, offer: frame.offer, until } });
  }
  return withNote(room, frame, { waits: { ...room.seats.waits, [sellerId]: { party: frame.party, name: frame.name, actions: frame.options ?? [], until } } });
}

function threadExpired(room, frame) {
  const next = withNote(room, frame, { waits: without(room, frame.seller_id) });
  return { ...next, sellers: next.sellers.map((one) => (one.id === frame.seller_id ? { ...one, isOpen: false, hasExpired: true, standing: null } : one)) };
}

function held(room, frame) {
  return { ...room.seats.holders, [frame.seller_id ?? ""]: frame.holder };
}

function withoutWaitsOf(room, frame) {
  if (frame.seller_id) return without(room, frame.seller_id);
  return Object.fromEntries(Object.entries(room.seats.waits).filter(([, wait]) => wait.party !== "buyer"));
}

function without(room, ...sellerIds) {
  return Object.fromEntries(Object.entries(room.seats.waits).filter(([id]) => !sellerIds.includes(id)));
}

/** In the lane of the thread that it is about; across all lanes where it is about the whole room. */
function withNote(room, frame, change) {
  const nameOf = (id) => room.sellers.find((one) => one.id === id)?.name ?? "the seller";
  const text = noteOf(frame, { currency: room.currency, nameOf });
  const sellerIds = frame.seller_id ? [frame.seller_id] : room.sellers.map((one) => one.id);
  const note = { kind: "note", seq: frame.seq, at: frame.timestamp, round: room.round, text, offers: [], sellerIds, isForAll: !frame.seller_id };
  return { ...withSeats(room, change), entries: append(room.entries, note) };
}
