// An event in one line, as a player tells what it stands at.

import { clock, money, statusWords } from "./format.js";

/** `room` is the room right after the frame. */
export function eventWords(frame, room) {
  return (WORDS[frame.type] ?? plain)(frame, room);
}

/** "Round 3, 14:02:11, GadgetHub offers $412.00": for those who hear where the slider is. */
export function placeWords(frame, room) {
  if (!frame) return "Before the first event";
  const round = room.round ? `Round ${room.round}` : "Before the first round";
  return `${round}, ${clock(new Date(frame.timestamp))}, ${eventWords(frame, room)}`;
}

const WORDS = {
  round_start: (frame) => `Round ${frame.round_number} begins`,
  status_changed: (frame) => `The room: ${statusWords(frame.new)}`,
  buyer_message: buyerWords,
  seller_response: sellerWords,
  offer_updated: offerWords,
  decision: () => "The buyer decides",
  negotiation_complete: endWords,
  human_input_required: (frame) => `${frame.name ?? "Somebody"} is asked to move`,
  bundle_reached: (frame) => `${frame.name ?? "A seller"} has sold another item of the session, and may better its price`,
  seat_changed: (frame) => `${frame.name ?? "A seat"} is now moved by ${frame.holder === "agent" ? "its agent" : `a ${frame.holder}`}`,
  error: (frame) => frame.message ?? "A mind did not answer",
};

function buyerWords(frame, room) {
  const who = frame.sender_name ?? room.buyer.name;
  const to = names(room, frame.mentioned_sellers ?? []);
  const [offer] = frame.offers ?? [];
  if (frame.action === "walk_away") return `${who} leaves ${to}`;
  if (frame.action === "reject") return `${who} declines ${to}`;
  return offer ? `${who} bids ${money(offer.price, room.currency)} to ${to}` : `${who} speaks to ${to}`;
}

const SELLER_ACTS = { reject: "declines", withdraw: "takes its offer back", walk_away: "leaves the room" };

function sellerWords(frame, room) {
  const who = frame.sender_name;
  if (!frame.offer) return `${who} ${SELLER_ACTS[frame.action] ?? "speaks"}`;
  return `${who} ${frame.action === "accept" ? "accepts" : "offers"} ${money(frame.offer.price, room.currency)}`;
}

function offerWords(frame, room) {
  const one = room.sellers.find((seller) => seller.id === frame.seller_id);
  const find = (offers) => offers?.findLast((offer) => offer.offerId === frame.offer_id);
  const [bid, quote] = [find(one?.bids), find(one?.quotes)];
  const amount = (offer) => money(offer.price, room.currency);
  if (quote) return `${one.name}'s offer of ${amount(quote)} is ${frame.state}`;
  return bid ? `The bid of ${amount(bid)} to ${one.name} is ${frame.state}` : `An offer is ${frame.state}`;
}

function endWords(frame, room) {
  const { final_offer: offer, selected_seller_name: name } = frame;
  return offer ? `Deal with ${name} at ${money(offer.price, room.currency)}` : "The room ends without a deal";
}

function plain(frame) {
  const words = frame.type.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function names(room, ids) {
  if (room.sellers.length > 1 && ids.length === room.sellers.length) return "all";
  return ids.map((id) => room.sellers.find((one) => one.id === id)?.name).filter(Boolean).join(", ") || "all";
}
