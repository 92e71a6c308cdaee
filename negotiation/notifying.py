"""The worker's post: delivers what is due in the outbox, many at once, to each target one at a time."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from django.conf import settings

from negotiation import outbox
from negotiation.delivery import Answer, Failed, Letter
from negotiation.mailing import MailSender
from negotiation.napping import rest_until
from negotiation.notification_models import Channel
from negotiation.outbox import Parcel
from negotiation.threads import DATABASE_AWAY, in_thread
from negotiation.webhooks import WebhookSender

LOOK_SECONDS = 1.0
MOST_AT_ONCE = 10

logger = logging.getLogger(__name__)
_T = TypeVar("_T")


class Sender(Protocol):
    async def send(self, letter: Letter) -> Answer: ...

    async def close(self) -> None: ...


class Post:
    """Delivers until it is cancelled; what is under way then is due again at once."""

    def __init__(self, database: ThreadPoolExecutor, senders: dict[Channel, Sender] | None = None) -> None:
        self._database = database
        self._senders = senders
        self._under_way: set[int] = set()
        self._is_place_free = asyncio.Event()

    async def run(self) -> None:
        senders = self._senders or own_senders()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    for parcel in await self._claim():
                        self._under_way.add(parcel.target_id)
                        group.create_task(self._deliver(parcel, senders[parcel.channel]))
                    await self._rest()
        finally:
            for sender in senders.values():
                await sender.close()

    async def _claim(self) -> list[Parcel]:
        places = MOST_AT_ONCE - len(self._under_way)
        if not places:
            return []
        try:
            return await in_thread(self._database, outbox.claim_due, places, tuple(self._under_way))
        except DATABASE_AWAY as error:
            logger.warning("notifications wait for the database: %s", error)
            return []

    async def _deliver(self, parcel: Parcel, sender: Sender) -> None:
        try:
            letter = await in_thread(self._database, outbox.open_letter, parcel)
            if letter is None:
                return
            answer = await sender.send(letter)
            await self._write_down(lambda: outbox.finish(parcel, answer))
            if isinstance(answer, Failed):
                logger.warning("notification %s, attempt %s: %s", letter.code, parcel.attempt, answer.why)
        except DATABASE_AWAY as error:
            logger.warning("notifications wait for the database: %s", error)
        except asyncio.CancelledError:
            await asyncio.shield(self._write_down(lambda: outbox.give_back(parcel)))
            raise
        except Exception:  # one letter must not end the worker; it is due again when its lease is over
            logger.exception("notification %s failed", parcel.pk)
        finally:
            self._under_way.discard(parcel.target_id)
            self._is_place_free.set()

    async def _write_down(self, write: Callable[[], _T]) -> None:
        """If the database is away, the letter is sent again when its lease is over."""
        try:
            await in_thread(self._database, write)
        except DATABASE_AWAY as error:
            logger.warning("a notification may be sent twice, as the database is away: %s", error)

    async def _rest(self) -> None:
        """Until there may be more: after a while, or when one that was under way is done."""
        self._is_place_free.clear()
        await rest_until(self._is_place_free, LOOK_SECONDS)


def own_senders() -> dict[Channel, Sender]:
    return {
        Channel.EMAIL: MailSender(),
        Channel.WEBHOOK: WebhookSender(allow_private=settings.WEBHOOK_ALLOW_PRIVATE),
    }
