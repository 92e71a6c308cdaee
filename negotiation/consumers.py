"""A room's events over a websocket, and the commands of those who may steer it."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from pydantic import ValidationError

from marketplace.access_log import name_caller
from marketplace.counting import DATABASE_AWAY_ANSWERS, THROTTLED
from marketplace.envelope import PLAIN_CODES
from marketplace.errors import InvalidRequest, MarketplaceError, NotAllowed, Problem, RateLimited, SessionNotFound
from marketplace.failures import is_gone
from marketplace.presence import doorman, seats
from marketplace.problems import problems_of
from marketplace.scopes import SEND_TEXTS, Receive, Scope, Send
from marketplace.strict_json import read_object
from marketplace.throttling import Kind, charge
from negotiation import services
from negotiation.access import steer
from negotiation.errors import NegotiationError, RoomNotFound, own_limit_details
from negotiation.programs import is_program
from negotiation.schemas import MessageIn, PaceIn
from negotiation.stream import Batch, follow
from negotiation.threads import DATABASE_AWAY, in_thread
from negotiation.watching import (
    REFUSALS,
    Unauthenticated,
    Watcher,
    admit,
    admit_spectator,
    last_seen,
    require_unchanged,
    rhythm,
    room_code,
    stay,
)

FAILED = 1011
BAD_FRAME, NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND, TOO_FAST, COME_AGAIN = 4400, 4401, 4403, 4404, 4429, 4012
MOST_OF_ONE_CALLER = 50
MOST_PER_SECOND = 20
MOST_WAITING = 20
LONGEST_FRAME = 64 * 1024

logger = logging.getLogger(__name__)

Change = Callable[[UUID], object]

COMMANDS: dict[str, Change] = {
    "start": services.start,
    "pause": services.pause,
    "resume": services.resume,
    "step": services.step,
    "cancel": services.cancel,
}


class RoomConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One watcher of one room."""

    watcher: Watcher
    following: asyncio.Task[None] | None = None
    answering: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """A refusal is told by a close code, for which the socket must be open.

        The caller is looked up in a task of its own, so that a client that leaves meanwhile is noticed: in a storm of
        clients that reconnect again and again nobody else would be served.
        """
        await self.accept()
        self.recent = deque[float](maxlen=MOST_PER_SECOND)
        self.waiting = asyncio.Queue[dict[str, Any]](MOST_WAITING)
        self.following = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            self.watcher = await self._come_in()
            name_caller(self.scope, self.watcher.principal.name)
            self.answering = asyncio.create_task(self._answer_all())
            await self._follow()
        except REFUSALS as refused:
            if isinstance(refused, DATABASE_AWAY):
                logger.warning("a watcher has to come again: %s", refused)
            await self.close(_close_code(refused))
            self.following = None
        except Exception:  # else nobody would hear of a task's
            logger.exception("a watcher's socket failed")
            await self.close(FAILED)

    async def _come_in(self) -> Watcher:
        return await admit(self.scope, self._code("room_id"))

    def _code(self, name: str) -> UUID:
        """What the address names. Raises RoomNotFound if it is no code."""
        code = room_code(self.scope["url_route"]["kwargs"][name])
        if code is None:
            raise RoomNotFound("that is not the id of a room")
        return code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()  # also where the server, short of time, cuts it off before it has heard that its client left

    def _leave(self) -> None:
        for task in (self.following, self.answering):
            if task is not None:
                task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Never waits for a command to be done: what comes meanwhile would pile up without a bound."""
        if self.following is None:
            return
        command = parse_frame(text_data)
        if self._is_too_fast() or self.waiting.full():
            THROTTLED.labels("frame").inc()
            await self.close(TOO_FAST)
        elif command is None:
            await self.close(BAD_FRAME)
        else:
            self.waiting.put_nowait(command)

    def _is_too_fast(self) -> bool:
        now = monotonic()
        is_full = len(self.recent) == MOST_PER_SECOND and now - self.recent[0] < 1.0
        self.recent.append(now)
        return is_full

    async def _answer_all(self) -> None:
        while True:
            command = await self.waiting.get()
            try:
                if (answer := await self._answer(command)) is not None:
                    await self._write(answer)
            except (Unauthenticated, *DATABASE_AWAY) as refused:
                await self.close(_close_code(refused))
            finally:
                self.waiting.task_done()

    async def _answer(self, command: dict[str, Any]) -> dict[str, Any] | None:
        kind = command.get("type")
        try:
            if kind == "ping":
                return {"type": "pong"}
            return await self._carry_out(kind, command) if isinstance(kind, str) else unknown_command()
        except (NegotiationError, MarketplaceError) as refused:
            return _refusal(refused)
        except ValidationError as invalid:
            problems = problems_of(invalid)
            return _error("VALIDATION_ERROR", problems[0]["reason"]) | {"details": problems}
        except DATABASE_AWAY:
            DATABASE_AWAY_ANSWERS.inc()
            await self._write(_error(*PLAIN_CODES[503]))
            raise
        except Unauthenticated:
            raise
        except Exception as error:  # else the socket would answer nothing more
            if is_gone(error):
                return _error(*PLAIN_CODES[404])
            logger.exception("a command failed")
            return _error(*PLAIN_CODES[500])

    async def _carry_out(self, kind: str, command: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to the command, None if it needs none."""
        if kind == "message":
            return await in_thread(None, self._send_message, command)
        change = self._change_wanted(kind, command)
        if change is None:
            return unknown_command()
        await in_thread(None, self._steer, change)
        return {"type": "ack", "command": kind}

    def _change_wanted(self, kind: str, command: dict[str, Any]) -> Change | None:
        match kind:
            case "pace":
                wanted = PaceIn.model_validate({"turn_seconds": command.get("turn_seconds")})
                return partial(services.change_pace, turn_seconds=wanted.turn_seconds)
            case "decide":
                return partial(self._decide, command)
            case _:
                return COMMANDS.get(kind)

    def _decide(self, command: dict[str, Any], code: UUID) -> None:
        _require_bare(command)
        services.decide_now(code, by_program=is_program(self.watcher.principal))

    def _send_message(self, command: dict[str, Any]) -> dict[str, Any]:
        wanted = MessageIn.model_validate({"message": command.get("message")})
        self._require_steering()
        sent = services.send_message(self.watcher.code, wanted.message)
        return {"type": "ack", "command": "message", "message_id": sent.message_id}

    def _steer(self, change: Change) -> None:
        self._require_steering()
        change(self.watcher.code)

    def _require_right(self) -> None:
        """As it is now, not as it was when the socket was opened."""
        require_unchanged(self.watcher, doorman().look_up(self.watcher.credential))
        charge(Kind.WRITE, self.watcher.principal.name)
        if not self.watcher.principal.may_write:
            raise NotAllowed("You may read here and change nothing.")

    def _require_steering(self) -> None:
        self._require_right()
        steer(self.watcher.principal, self.watcher.code)

    async def _follow(self) -> None:
        """Until the room is over; whoever ended it by a command gets the answer to it before the close."""
        close_code = 1000
        try:
            with seats().taken(f"socket {self.watcher.counted_as}", MOST_OF_ONE_CALLER):
                async with asyncio.TaskGroup() as group:
                    staying = group.create_task(stay(self.watcher))
                    await self._send_all()
                    staying.cancel()
        except* REFUSALS as refused:
            close_code = _close_code(refused.exceptions[0])
            logger.info("a watcher of room %s has to go: %r", self.watcher.code, refused.exceptions[0])
        else:
            await self.waiting.join()
        await self.close(close_code)

    async def _send_all(self) -> None:
        batches = self._batches()
        async with aclosing(batches):
            async for batch in batches:
                await self._send_texts([sent.json for sent in batch])

    async def _send_texts(self, texts: Sequence[str]) -> None:
        """As so many messages, which a server that knows how to writes at once."""
        if len(texts) > 1 and SEND_TEXTS in self.scope.get("extensions", ()):
            await self.base_send({"type": SEND_TEXTS, "texts": texts})
            return
        for text in texts:
            await self.send(text_data=text)

    def _batches(self) -> AsyncGenerator[Batch, None]:
        return follow(self.watcher.code, self.watcher.viewer, last_seen(self.scope), rhythm())

    async def _write(self, answer: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(answer, ensure_ascii=False))


class SpectatorConsumer(RoomConsumer):
    """One who looks on by a link, and is asked and heard in nothing."""

    async def _come_in(self) -> Watcher:
        return await admit_spectator(self.scope)

    async def _carry_out(self, kind: str, command: dict[str, Any]) -> dict[str, Any] | None:
        return unknown_command()


def _close_code(refused: BaseException) -> int:
    match refused:
        case Unauthenticated():
            return NOT_SIGNED_IN
        case NotAllowed():
            return FORBIDDEN
        case RoomNotFound() | SessionNotFound():
            return NOT_FOUND
        case RateLimited():
            return TOO_FAST
        case _:
            return COME_AGAIN


def unknown_command() -> dict[str, Any]:
    return _error("VALIDATION_ERROR", "unknown command")


def _require_bare(command: dict[str, Any]) -> None:
    """Who names terms, or no deal, must not have the room end by what stands."""
    if strange := [Problem(field, "is unknown here") for field in command if field != "type"]:
        raise InvalidRequest(strange)


def _refusal(refused: NegotiationError | MarketplaceError) -> dict[str, Any]:
    if isinstance(refused, InvalidRequest):
        return _error(refused.code, str(refused)) | {"details": [asdict(problem) for problem in refused.problems]}
    details = own_limit_details(refused)
    return _error(refused.code, str(refused)) | ({"details": details} if details else {})


def _error(code: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error_code": code, "message": message, "retry_count": 0}


def parse_frame(text: str | None) -> dict[str, Any] | None:
    """The command in the frame, None if it is not one JSON object of a sane size."""
    if text is None or len(text.encode("utf-8", "replace")) > LONGEST_FRAME:
        return None
    try:
        return read_object(text)
    except ValueError:
        return None
