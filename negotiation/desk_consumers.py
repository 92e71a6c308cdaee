"""One thread over a websocket: its frames, who is there and who writes, and the moves of whoever holds a seat."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.utils import timezone

from marketplace.errors import NotAllowed
from marketplace.identity import Principal
from negotiation import desk_moves
from negotiation.attendance import TELL_SECONDS, Attendance
from negotiation.consumers import RoomConsumer, unknown_command
from negotiation.core.visibility import Viewer
from negotiation.core.vocabulary import Party
from negotiation.desk_places import Place, find_place, find_seat, voice_of
from negotiation.desk_schemas import (
    AcceptIn,
    OfferIn,
    ReadIn,
    RejectIn,
    SideIn,
    WalkAwayIn,
    WithdrawIn,
    WordsIn,
)
from negotiation.figures import Frame
from negotiation.store import StoredRoom
from negotiation.stream import Batch, Passing, each, follow, pass_on
from negotiation.threads import in_thread
from negotiation.watching import Watcher, admit, last_seen, rhythm

MOVES: dict[str, tuple[type[SideIn], Callable[[Place, Any], StoredRoom]]] = {
    "offer": (OfferIn, desk_moves.offer),
    "accept": (AcceptIn, desk_moves.accept),
    "reject": (RejectIn, desk_moves.reject),
    "withdraw": (WithdrawIn, desk_moves.withdraw),
    "walk_away": (WalkAwayIn, desk_moves.walk_away),
}
DESK_COMMANDS = (*MOVES, "message", "read", "typing")


class DeskConsumer(RoomConsumer):
    """One caller in one thread."""

    party: Party | None
    seller_id: str
    name: str
    attending: asyncio.Task[None] | None = None

    def _leave(self) -> None:
        if self.attending is not None:
            self.attending.cancel()
            self._tell_presence(is_here=False)
        super()._leave()

    async def _come_in(self) -> Watcher:
        return await admit(self.scope, self._code("negotiation_id"), self._look)

    def _look(self, principal: Principal, code: UUID) -> tuple[UUID, Viewer]:
        place = find_place(principal, code, _asked_party(self.scope["query_string"]))
        self.code, self.party, self.seller_id = code, place.party, place.seller_id
        self.name = place.row.name if place.party is Party.SELLER else place.roster.setup.buyer_name
        return place.roster.room_id, place.viewer

    async def _carry_out(self, kind: str, command: Frame) -> Frame | None:
        body = {name: value for name, value in command.items() if name != "type"}
        if kind == "typing":
            self._tell_typing()
            return None
        if kind in DESK_COMMANDS:
            answer: Frame = await in_thread(None, self._act, kind, body)
            return answer
        return unknown_command()

    def _act(self, kind: str, body: Frame) -> Frame:
        self._require_right()
        if kind == "message":
            words = WordsIn.model_validate(body)
            place = self._seat(words)
            said = desk_moves.say(place, words.message)
            proposed = desk_moves.proposed(place, words.message)
            return _ack(kind, message_id=said.roster.message_id(said.last_seq), proposed_offer=proposed)
        if kind == "read":
            mark = ReadIn.model_validate(body)
            desk_moves.read(self._seat(mark), mark.up_to_seq)
            return _ack(kind)
        schema, move = MOVES[kind]
        wanted = schema.model_validate(body)
        return _ack(kind, last_seq=move(self._seat(wanted), wanted).last_seq)

    def _seat(self, wanted: SideIn) -> Place:
        return find_seat(self.watcher.principal, self.code, wanted.party or self.party)

    async def _batches(self) -> AsyncGenerator[Batch, None]:
        viewer, after = self.watcher.viewer, last_seen(self.scope)
        batches = follow(self.watcher.code, viewer, after, rhythm(), thread=self.seller_id)
        async with aclosing(batches):
            yield await anext(batches)
            self.attendance = Attendance(self.party)
            self.attending = asyncio.create_task(self._attend())
            async for sent in each(batches):
                if sent.type == "presence":
                    await self._hear_presence(json.loads(sent.json))
                elif sent.type != "typing" or not self._is_own_hand(json.loads(sent.json)):
                    yield [sent]

    def _is_own_hand(self, frame: Frame) -> bool:
        """That one writes oneself needs no telling, that the agent of one's own side does may interest."""
        return frame["sender_type"] == self.party and "moved_by" in frame

    async def _attend(self) -> None:
        """Says that this side is there, again and again, and notices when the other falls silent."""
        is_new = True
        while True:
            self._tell_presence(is_here=True, is_new=is_new)
            is_new = False
            await self._show_presence()
            await asyncio.sleep(TELL_SECONDS)

    async def _hear_presence(self, frame: Frame) -> None:
        """Another socket of the own side that leaves does not take this one with it."""
        party = Party(frame["party"])
        is_own = party is self.party
        if not is_own:
            self.attendance.hear(party, is_here=frame["is_here"])
        if frame["is_new"] if not is_own else not frame["is_here"]:
            self._tell_presence(is_here=True)
        await self._show_presence()

    async def _show_presence(self) -> None:
        if there := self.attendance.news():
            await self._write({"type": "presence", "timestamp": _now(), **there})

    def _tell_presence(self, *, is_here: bool, is_new: bool = False) -> None:
        """Of a side alone: that an operator looks on is nobody's business."""
        if self.party is not None and not self.watcher.principal.may_read_all:
            self._pass_on("presence", party=self.party, is_here=is_here, is_new=is_new)

    def _tell_typing(self) -> None:
        principal = self.watcher.principal
        if self.party is None or not principal.may_write:
            raise NotAllowed("You may read here and write nothing.")
        moved_by = voice_of(principal).speaker
        self._pass_on("typing", sender_type=self.party, sender_name=self.name, moved_by=moved_by, is_typing=True)

    def _pass_on(self, kind: str, **body: object) -> None:
        room_id = self.watcher.code
        frame = {"type": kind, "timestamp": _now(), "room_id": str(room_id), "seller_id": self.seller_id, **body}
        pass_on(room_id, Passing(self.seller_id, frame))


def _ack(command: str, **more: object) -> Frame:
    return {"type": "ack", "command": command, **more}


def _asked_party(query: bytes) -> Party | None:
    """The side that an operator stands at."""
    asked = parse_qs(query.decode("latin-1")).get("party", [""])[0]
    return Party(asked) if asked in list(Party) else None


def _now() -> str:
    return timezone.now().isoformat()
