"""A room's events over a websocket, and the commands of those who may steer it."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from pydantic import ValidationError

from marketplace.errors import MarketplaceError, NotAllowed
from negotiation import services
from negotiation.access import steer
from negotiation.errors import NegotiationError, RoomNotFound
from negotiation.schemas import MessageIn
from negotiation.stream import follow
from negotiation.watching import Unauthenticated, Watcher, admit, last_seen, rhythm, room_code

BAD_FRAME, NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND, TOO_FAST, COME_AGAIN = 4400, 4401, 4403, 4404, 4429, 4012

logger = logging.getLogger(__name__)

MOST_PER_SECOND = 20
LONGEST_FRAME = 64 * 1024

COMMANDS: dict[str, Callable[[UUID], object]] = {
    "start": services.start,
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
    "decide": services.decide_now,
}


class RoomConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One watcher of one room."""

    watcher: Watcher
    code: UUID
    following: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """A refusal is told by a close code, for which the socket must be open."""
        code = room_code(self.scope["url_route"]["kwargs"]["room_id"])
        await self.accept()
        if code is None:
            await self.close(NOT_FOUND)
            return
        try:
            self.watcher = await admit(self.scope, code)
        except Unauthenticated:
            await self.close(NOT_SIGNED_IN)
        except NotAllowed:
            await self.close(FORBIDDEN)
        except RoomNotFound:
            await self.close(NOT_FOUND)
        else:
            self.code, self.recent, self.answering = code, deque[float](maxlen=MOST_PER_SECOND), asyncio.Lock()
            self.following = asyncio.create_task(self._follow())

    async def disconnect(self, code: int) -> None:
        if self.following is not None:
            self.following.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.following is None:
            return
        if self._is_too_fast():
            await self.close(TOO_FAST)
            return
        command = _parse(text_data)
        if command is None:
            await self.close(BAD_FRAME)
            return
        async with self.answering:
            await self._write(await self._answer(command))

    async def _answer(self, command: dict[str, Any]) -> dict[str, Any]:
        kind = command.get("type")
        try:
            if kind == "ping":
                return {"type": "pong"}
            if kind == "message":
                answer: dict[str, Any] = await _in_thread(self._send_message, command)
                return answer
            if isinstance(kind, str) and kind in COMMANDS:
                await _in_thread(self._steer, COMMANDS[kind])
                return {"type": "ack", "command": kind}
        except (NegotiationError, MarketplaceError) as refused:
            return {"type": "error", "error_code": refused.code, "message": str(refused), "retry_count": 0}
        except ValidationError as invalid:
            reason = str(invalid.errors()[0]["msg"]).removeprefix("Value error, ")
            return {"type": "error", "error_code": "VALIDATION_ERROR", "message": reason, "retry_count": 0}
        return {
            "type": "error",
            "error_code": "VALIDATION_ERROR",
            "message": "unknown command",
            "retry_count": 0,
        }

    def _send_message(self, command: dict[str, Any]) -> dict[str, Any]:
        wanted = MessageIn.model_validate({"message": command.get("message")})
        steer(self.watcher.principal, self.code)
        sent = services.send_message(self.code, wanted.message)
        return {"type": "ack", "command": "message", "message_id": sent.message_id}

    def _steer(self, change: Callable[[UUID], object]) -> None:
        steer(self.watcher.principal, self.code)
        change(self.code)

    def _is_too_fast(self) -> bool:
        now = asyncio.get_running_loop().time()
        full = len(self.recent) == MOST_PER_SECOND and now - self.recent[0] < 1.0
        self.recent.append(now)
        return full

    async def _follow(self) -> None:
        """Until the room is over; whoever ended it by a command gets the answer to it before the close."""
        frames = follow(self.code, self.watcher.viewer, last_seen(self.scope), rhythm())
        try:
            async with aclosing(frames):
                async for sent in frames:
                    await self.send(text_data=sent.json)
        except DatabaseError as error:
            logger.warning("a watcher of room %s has to come again: %s", self.code, error)
            await self.close(COME_AGAIN)
        else:
            async with self.answering:
                await self.close(1000)

    async def _write(self, answer: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(answer, ensure_ascii=False))


def _parse(text: str | None) -> dict[str, Any] | None:
    """The command in the frame, None if it is not one JSON object of a sane size."""
    if text is None or len(text) > LONGEST_FRAME:
        return None
    try:
        command = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return command if isinstance(command, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _in_thread(function: Callable[..., Any], *args: Any) -> Any:
    return database_sync_to_async(function, thread_sensitive=False)(*args)
