"""A session's feed over a websocket, whose first frame says behind which numbers to go on, and as an event stream."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketplace.errors import SessionNotFound
from marketplace.identity import Principal
from marketplace.scopes import Receive, Scope, Send
from negotiation.access import session_viewer
from negotiation.consumers import BAD_FRAME, RoomConsumer, parse_frame, unknown_command
from negotiation.core.visibility import Viewer
from negotiation.session_feed import Wanted, follow_session
from negotiation.sse import serve
from negotiation.stream import Batch, Sent
from negotiation.watching import Watcher, admit, rhythm, room_code

# How long a socket may stay without saying what it follows.
PATIENCE_SECONDS = 10.0
MOST_NUMBERS = 1000

Number = Annotated[int, Field(strict=True, ge=0, lt=10**9)]


class FollowIn(BaseModel):
    """The first frame: the last number seen of each room, and the rooms to be shown if not all of the session."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["follow"]
    after: dict[UUID, Number] = Field(default_factory=dict, max_length=MOST_NUMBERS)
    rooms: list[UUID] | None = Field(default=None, max_length=MOST_NUMBERS)

    def wanted(self) -> Wanted:
        return Wanted(self.after, None if self.rooms is None else frozenset(self.rooms))


class SessionConsumer(RoomConsumer):
    """One watcher of all rooms of a session. It steers none: that is done room by room."""

    async def connect(self) -> None:
        self.wanted: asyncio.Future[Wanted] = asyncio.get_running_loop().create_future()
        await super().connect()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.following is None or self.wanted.done():
            await super().receive(text_data, bytes_data)
        elif (wanted := _wanted_in(parse_frame(text_data))) is not None:
            self.wanted.set_result(wanted)
        else:
            await self.close(BAD_FRAME)

    async def _come_in(self) -> Watcher:
        return await _admit(self.scope)

    async def _carry_out(self, kind: str, command: dict[str, Any]) -> dict[str, Any]:
        return unknown_command()

    async def _follow(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.wanted
        except TimeoutError:
            await self.close(BAD_FRAME)
        else:
            await super()._follow()

    def _batches(self) -> AsyncGenerator[Batch, None]:
        return follow_session(self.watcher.code, self.watcher.viewer, self.wanted.result(), rhythm())


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """All rooms of a session, until the last of them is over. `?after=ROOM:57,ROOM:12` goes on behind numbers."""
    await serve(scope, receive, send, _admit, _show)


async def _show(scope: Scope, watcher: Watcher) -> AsyncGenerator[Batch, None]:
    """Without `id:`, for each room has numbers of its own."""
    batches = follow_session(watcher.code, watcher.viewer, _asked_in(scope), rhythm())
    try:
        async for batch in batches:
            yield [Sent(sent.type, sent.json) for sent in batch]
    finally:
        await batches.aclose()


async def _admit(scope: Scope) -> Watcher:
    code = room_code(scope["url_route"]["kwargs"]["session_id"])
    if code is None:
        raise SessionNotFound("that is not the id of a session")
    return await admit(scope, code, _look)


def _look(principal: Principal, code: UUID) -> tuple[UUID, Viewer]:
    return code, session_viewer(principal, code)


def _wanted_in(frame: dict[str, Any] | None) -> Wanted | None:
    """What a first frame asks for; None if it is no such frame."""
    try:
        return FollowIn.model_validate(frame).wanted()
    except ValidationError:
        return None


def _asked_in(scope: Scope) -> Wanted:
    """What is no number is passed over: that room begins anew, as in a stream of its own."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    pairs = [pair.partition(":") for pair in asked.get("after", [""])[0].split(",")[:MOST_NUMBERS]]
    after = {
        code: int(number)
        for room, _, number in pairs
        if number.isascii() and number.isdigit() and len(number) < 10 and (code := room_code(room)) is not None
    }
    rooms = None
    if "rooms" in asked:
        named = [room_code(room) for room in asked["rooms"][0].split(",")[:MOST_NUMBERS]]
        rooms = frozenset(room for room in named if room is not None)
    return Wanted(after, rooms)
