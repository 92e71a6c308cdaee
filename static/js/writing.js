// What is being written in a room: words on their way and seats that wait for a model. A pure part of the room's state.
//
// It is heard of in passing and may be lost or never come to anything, so nothing but a recorded message may rest on it.

const STALE_AFTER = 60_000;

/** `{kind, sellerId, name, round, text, place, at}`; without a seller it is the buyer's, for all threads. */
export const NOTHING_WRITTEN = [];

/** The words so far in a thread; each frame has all of them. */
export function write(room, frame, now) {
  const isKnown = room.sellers.some((one) => one.id === frame.seller_id);
  if (!isKnown || typeof frame.text !== "string") return room;
  return put(room, begun(room, frame, { text: frame.text, place: 0, at: now }));
}

/** A seat begins (place 0) or waits for its turn at the model (its place in the queue). */
export function type(room, frame, now) {
  if (frame.is_typing === false) return settle(room, frame.sender_type, frame.seller_id ? [frame.seller_id] : []);
  return put(room, begun(room, frame, { place: frame.queue_position ?? 0, at: now }));
}

/** The recorded message of a seat takes the place of what it was writing there. */
export function settle(room, kind, sellerIds) {
  return keep(room, (one) => one.kind !== kind || (one.sellerId !== null && !sellerIds.includes(one.sellerId)));
}

/** A new round ends what was left over from the one before. */
export function settleBefore(room, round) {
  return keep(room, (one) => one.round >= round);
}

/** What nothing was heard of for a minute is not shown any longer. */
export function withoutStale(room, now) {
  return keep(room, (one) => now - one.at < STALE_AFTER);
}

export function withoutWriting(room) {
  return keep(room, () => false);
}

/** What is shown in a seller's lane: the buyer's words for this seller before the sign that it writes to all. */
export function writingInLane(room, sellerId) {
  const mine = room.writing.filter((one) => one.sellerId === sellerId);
  const isOpen = room.sellers.some((one) => one.id === sellerId && one.isOpen);
  const toAll = room.writing.filter((one) => one.sellerId === null && isOpen && !mine.some((other) => other.kind === one.kind));
  return [...mine, ...toAll];
}

/** What is shown in a merged talk: the sign that the buyer writes to all, until there are words. */
export function writingInAll(room) {
  const threads = room.writing.filter((one) => one.sellerId !== null);
  const toAll = room.writing.filter((one) => one.sellerId === null && !threads.some((other) => other.kind === one.kind));
  return [...threads, ...toAll];
}

/** The words that whoever watches has already read of a message. */
export function wordsSoFar(room, kind, sellerIds) {
  return room.writing.find((one) => one.kind === kind && sellerIds.includes(one.sellerId))?.text ?? "";
}

function begun(room, frame, news) {
  const [kind, sellerId] = [frame.sender_type, frame.seller_id ?? null];
  const known = room.writing.find((one) => one.kind === kind && one.sellerId === sellerId);
  return { text: "", ...known, kind, sellerId, name: frame.sender_name ?? "", round: roundOf(room, kind), ...news };
}

/** The buyer's words open the next round, if there is one; the sellers answer in this one. */
function roundOf(room, kind) {
  return kind === "buyer" ? Math.min(room.round + 1, room.maxRounds || Infinity) : room.round;
}

function put(room, made) {
  const at = room.writing.findIndex((one) => one.kind === made.kind && one.sellerId === made.sellerId);
  return { ...room, writing: at < 0 ? [...room.writing, made] : room.writing.with(at, made) };
}

function keep(room, isKept) {
  return room.writing.every(isKept) ? room : { ...room, writing: room.writing.filter(isKept) };
}
