// A card that shows a room of its own accord: it follows the room's events and is drawn at most once a moment.

import { RoomEvents } from "./events.js";
import { fold, newRoom } from "./room_state.js";

// `draw(card, room)` is called with the room as folded so far.
export function followRoom(card, draw) {
  let room = { ...newRoom(), status: card.dataset.status, currency: card.dataset.currency };
  let isQueued = false;
  new RoomEvents({
    socketUrl: card.dataset.socket,
    streamUrl: card.dataset.stream,
    onFrame(frame) {
      room = fold(room, frame);
      if (isQueued) return;
      isQueued = true;
      setTimeout(() => {
        isQueued = false;
        draw(card, room);
      }, 0);
    },
  }).open();
}
