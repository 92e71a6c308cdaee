// A line to the server on which frames come: it connects, falls back, notices silence and comes back by itself.
//
// It starts with a websocket; after several that never opened it falls back to server-sent events. What the frames
// are about and where to resume is its owner's business.

const SOCKETS_BEFORE_STREAM = 3;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 15_000;
const SILENCE = 45_000; // three heartbeats missed: the line is dead, whatever the browser thinks
const FINAL_CODES = new Set([4401, 4403, 4404]);
const STREAM_TYPES = [
  "connected", "status_changed", "round_start", "buyer_message", "seller_response", "offer_updated", "message_delta",
  "human_input_required", "seat_changed", "bundle_reached", "expiry_warning", "input_timed_out", "thread_expired", "approval_decided",
  "pace_changed", "typing", "presence", "read", "error", "decision", "heartbeat", "negotiation_complete", "session_complete",
];

export class Line {
  /**
   * `socketUrl()` and `streamUrl()` are asked anew for each try and answer an address, or nothing where there is none;
   * `greeting()` answers the first frame to send on a socket, if one is. `take(frame)` gets each frame, and answers
   * whether it was the last there is. `onState(state, detail)` hears "connecting", "live", "lost", "refused" (detail:
   * the close code) and "over".
   */
  constructor({ socketUrl, streamUrl, greeting = () => null, take, onState = () => {}, random = Math.random }) {
    Object.assign(this, { socketUrl, streamUrl, greeting, take, onState, random });
    this.failures = 0;
    this.unopenedSockets = 0;
    this.isOver = false;
    this.way = null;
    this.reopenTimer = 0;
    this.silenceTimer = 0;
    this.wake = () => this.#hurry();
    addEventListener("online", this.wake);
  }

  open() {
    if (this.isOver) return;
    this.#say("connecting");
    const stream = this.unopenedSockets >= SOCKETS_BEFORE_STREAM && this.streamUrl();
    if (stream) this.#openStream(stream);
    else this.#openSocket(this.socketUrl());
    this.#expectSound();
  }

  close() {
    this.isOver = true;
    clearTimeout(this.reopenTimer);
    clearTimeout(this.silenceTimer);
    removeEventListener("online", this.wake);
    const way = this.way;
    this.way = null;
    way?.close();
  }

  /** Whether the frame went out; a stream takes none. */
  send(frame) {
    if (!(this.way instanceof WebSocket) || this.way.readyState !== WebSocket.OPEN) return false;
    this.way.send(JSON.stringify(frame));
    return true;
  }

  #openSocket(address) {
    const url = new URL(address, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    let hasOpened = false;
    this.way = socket;
    socket.onopen = () => {
      hasOpened = true;
      this.unopenedSockets = 0;
      const first = this.greeting();
      if (first && this.way === socket) this.send(first);
    };
    socket.onmessage = (message) => this.#receive(message.data, socket);
    socket.onclose = (closing) => {
      if (this.way !== socket) return;
      if (!hasOpened) this.unopenedSockets += 1;
      if (FINAL_CODES.has(closing.code)) this.#refuse(closing.code);
      else this.#reopenLater();
    };
  }

  #openStream(address) {
    const stream = new EventSource(new URL(address, location.href));
    this.way = stream;
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
      if (this.way !== stream || event.data) return;
      stream.close(); // its own retry would repeat `after` as it was first asked
      if (!hasSpoken) this.unopenedSockets = 0; // neither way is open: start over with sockets
      this.#reopenLater();
    };
  }

  #receive(text, way) {
    if (this.way !== way || this.isOver) return;
    this.#expectSound();
    const frame = parse(text);
    if (!frame) return;
    this.failures = 0;
    this.#say("live");
    if (frame.type === "heartbeat") return;
    if (!this.take(frame) || this.isOver) return;
    this.close();
    this.#say("over");
  }

  #expectSound() {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.#drop(), SILENCE);
  }

  #drop() {
    const way = this.way;
    this.#reopenLater();
    way?.close();
  }

  #reopenLater() {
    this.way = null;
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
    if (this.isOver || this.way) return;
    clearTimeout(this.reopenTimer);
    this.open();
  }

  #refuse(code) {
    this.close();
    this.onState("refused", code);
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
