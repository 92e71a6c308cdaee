"""How a room that is to be played comes to a worker: the workers look for it, or it is a job of Procrastinate's.

The job only says that a room waits. Whether it does, and whose it is, the room's own row says; so a job too many, or
one that is lost, does no harm.
"""

from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from negotiation.leases import playable

PLAY = "play"
DEAD_AFTER_SECONDS = 10.0
FAILED_FOR_HOURS = 24


def is_by_jobs() -> bool:
    return settings.WORKER_ENGINE == "procrastinate"


def request_play(code: UUID) -> None:
    """Have some worker play the room. Called in the transaction that makes it wait."""
    if is_by_jobs():
        _defer(code)


def request_what_waits() -> int:
    """Rooms that wait without a job get one: their worker died, or was stopped; how many."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # no app where rooms are looked for

    asked = ProcrastinateJob.objects.filter(status="todo", queueing_lock=Cast(OuterRef("code"), CharField()))
    waiting = playable().exclude(Exists(asked)).values_list("code", flat=True)
    return sum(_defer(code) for code in waiting)


def _defer(code: UUID) -> bool:
    """False if the room has a job that nobody has taken yet. Raises OperationalError where none could be made."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

    try:
        with transaction.atomic():  # a refusal must not spoil the transaction around it
            app.configure_task(PLAY, queueing_lock=str(code)).defer(room=str(code))
    except AlreadyEnqueued:
        return False
    except ConnectorException as error:  # in which Procrastinate hides what the database said
        raise OperationalError(str(error.__cause__ or error)) from error
    return True
