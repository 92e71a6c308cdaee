// The event client of all pages: hands on every numbered event of a room, or of all rooms of a session, exactly once.
//
// The line below connects and comes back; what was seen is counted here, room by room, so it resumes where it broke.

import { Line } from "./line.js";

/**
 * Follows a room until it is over or `close()` is called.
 *
 * `onFrame(frame)` gets each frame, numbered ones once and in order; `onState(state, detail)` hears
 * "connecting", "live", "lost", "refused" (detail: the close code) and "over".
 */
export class RoomEvents {
  constructor({ socketUrl, streamUrl, onFrame, onState, after = 0, random }) {
    this.lastSeq = after;
    this.onFrame = onFrame;
    const behind = (address) => address && withQuery(address, { after: this.lastSeq });
    this.line = new Line({
      socketUrl: () => behind(socketUrl),
      streamUrl: () => behind(streamUrl),
      take: (frame) => this.#take(frame),
      onState,
      random,
    });
  }

  open() {
    this.line.open();
    return this;
  }

  close() {
    this.line.close();
  }

  /** Whether the frame went out; a stream takes none. */
  send(frame) {
    return this.line.send(frame);
  }

  #take(frame) {
    if (Number.isInteger(frame.seq)) {
      if (frame.seq <= this.lastSeq) return false;
      this.lastSeq = frame.seq;
    }
    this.onFrame(frame);
    return frame.type === "negotiation_complete";
  }
}

/**
 * Follows the rooms of a session until all are over: as `RoomEvents`, but that each frame says by `room_id` whose it
 * is. `after` has the last number known of each room, `rooms` the ids of those to follow if not all.
 */
export class SessionEvents {
  constructor({ socketUrl, streamUrl, onFrame, onState, after = {}, rooms = null, random }) {
    this.lastSeqs = new Map(Object.entries(after));
    this.onFrame = onFrame;
    this.line = new Line({
      socketUrl: () => socketUrl,
      streamUrl: () => streamUrl && withQuery(streamUrl, { after: this.#numbers(), ...(rooms && { rooms: rooms.join(",") }) }),
      greeting: () => ({ type: "follow", after: Object.fromEntries(this.lastSeqs), ...(rooms && { rooms }) }),
      take: (frame) => this.#take(frame),
      onState,
      random,
    });
  }

  open() {
    this.line.open();
    return this;
  }

  close() {
    this.line.close();
  }

  #numbers() {
    return [...this.lastSeqs].map(([room, seq]) => `${room}:${seq}`).join(",");
  }

  #take(frame) {
    if (frame.type === "session_complete") return true;
    if (Number.isInteger(frame.seq)) {
      if (frame.seq <= (this.lastSeqs.get(frame.room_id) ?? 0)) return false;
      this.lastSeqs.set(frame.room_id, frame.seq);
    }
    this.onFrame(frame);
    return false;
  }
}

/** The address with these parameters, encoded as little as may be: a number for each of sixty rooms is long enough. */
function withQuery(address, parameters) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href.replaceAll("%3A", ":").replaceAll("%2C", ",");
}
