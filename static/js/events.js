// The event client: follows one room, resumes after a break, hands on every numbered event exactly once.
//
// It starts with a websocket; after several that never opened it falls back to server-sent events.

const SOCKETS_BEFORE_STREAM = 3;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 15_000;
const SILENCE = 45_000; // three heartbeats missed: the line is dead, whatever the browser thinks
const FINAL_CODES = new Set([4401, 4403, 4404]);
const STREAM_TYPES = [
  "connected", "status_changed", "round_start", "buyer_message", "seller_response", "offer_updated", "message_delta",
  "human_input_required", "seat_changed", "expiry_warning", "input_timed_out", "thread_expired", "approval_decided",
  "typing", "presence", "read", "error", "decision", "heartbeat", "negotiation_complete",
];

/**
 * Follows a room until it is over or `close()` is called.
 *
 * `onFrame(frame)` gets each frame, numbered ones once and in order; `onState(state, detail)` hears
 * "connecting", "live", "lost", "refused" (detail: the close code) and "over".
 */
export class RoomEvents {
  constructor({ socketUrl, streamUrl, onFrame, onState = () => {}, after = 0, random = Math.random }) {
    this.socketUrl = socketUrl;
    this.streamUrl = streamUrl;
    this.onFrame = onFrame;
    this.onState = onState;
    this.lastSeq = after;
    this.random = random;
    this.failures = 0;
    this.unopenedSockets = 0;
    this.isOver = false;
    this.line = null;
    this.reopenTimer = 0;
    this.silenceTimer = 0;
    this.wake = () => this.#hurry();
    addEventListener("online", this.wake);
  }

  open() {
    if (this.isOver) return this;
    this.#say("connecting");
    if (this.unopenedSockets >= SOCKETS_BEFORE_STREAM && this.streamUrl) this.#openStream();
    else this.#openSocket();
    this.#expectSound();
    return this;
  }

  close() {
    this.#finish();
  }

  /** Whether the frame went out; a stream takes none. */
  send(frame) {
    if (!(this.line instanceof WebSocket) || this.line.readyState !== WebSocket.OPEN) return false;
    this.line.send(JSON.stringify(frame));
    return true;
  }

  #openSocket() {
    const url = new URL(this.socketUrl, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("after", this.lastSeq);
    const socket = new WebSocket(url);
    let hasOpened = false;
    this.line = socket;
    socket.onopen = () => {
      hasOpened = true;
      this.unopenedSockets = 0;
    };
    socket.onmessage = (message) => this.#receive(message.data, socket);
    socket.onclose = (closing) => {
      if (this.line !== socket) return;
      if (!hasOpened) this.unopenedSockets += 1;
      if (FINAL_CODES.has(closing.code)) this.#refuse(closing.code);
      else this.#reopenLater();
    };
  }

  #openStream() {
    const url = new URL(this.streamUrl, location.href);
    url.searchParams.set("after", this.lastSeq);
    const stream = new EventSource(url);
    this.line = stream;
    let hasSpoken = false;
    const receive = (message) => {
      hasSpoken = true;
      this.#receive(message.data, stream);
    };
    for (const type of STREAM_TYPES) {
      // An EventSource also calls its own failures "error"; only the server's carry data.
      stream.addEventListener(type, (message) => message.data && receive(message));
    }
    stream.onmessage = receive;
    stream.onerror = (event) => {
      if (this.line !== stream || event.data) return;
      stream.close(); // its own retry would repeat `after` as it was first asked
      if (!hasSpoken) this.unopenedSockets = 0; // neither way is open: start over with sockets
      this.#reopenLater();
    };
  }

  #receive(text, line) {
    if (this.line !== line || this.isOver) return;
    this.#expectSound();
    const frame = parse(text);
    if (!frame) return;
    this.failures = 0;
    this.#say("live");
    if (frame.type === "heartbeat") return;
    if (Number.isInteger(frame.seq)) {
      if (frame.seq <= this.lastSeq) return;
      this.lastSeq = frame.seq;
    }
    this.onFrame(frame);
    if (frame.type === "negotiation_complete") {
      this.#finish();
      this.#say("over");
    }
  }

  #expectSound() {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.#drop(), SILENCE);
  }

  #drop() {
    this.line?.close();
    this.#reopenLater();
  }

  #reopenLater() {
    this.line = null;
    clearTimeout(this.silenceTimer);
    clearTimeout(this.reopenTimer);
    if (this.isOver) return;
    this.#say("lost");
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.failures);
    this.failures += 1;
    // Half fixed, half by chance: a thousand pages do not return in the same instant.
    this.reopenTimer = setTimeout(() => this.open(), longest / 2 + this.random() * (longest / 2));
  }

  #hurry() {
    if (this.isOver || this.line) return;
    clearTimeout(this.reopenTimer);
    this.open();
  }

  #refuse(code) {
    this.#finish();
    this.onState("refused", code);
  }

  #finish() {
    this.isOver = true;
    clearTimeout(this.reopenTimer);
    clearTimeout(this.silenceTimer);
    removeEventListener("online", this.wake);
    const line = this.line;
    this.line = null;
    line?.close();
  }

  #say(state) {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }
}

function parse(text) {
  try {
    const frame = JSON.parse(text);
    return frame && typeof frame.type === "string" ? frame : null;
  } catch {
    return null; // half a frame is repeated after the reconnect
  }
}
