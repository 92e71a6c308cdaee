"""The admin's actions that steer rooms: each says first which rooms it is about, and what happens to them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from marketplace import audit
from marketplace.backoffice.confirming import Question, ask, is_confirmed
from marketplace.backoffice.kinds import ModelAdmin, user_name
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NegotiationError
from negotiation.models import NegotiationRun
from negotiation.services import cancel, pause, resume, start

# More rooms than these are counted, not named.
MOST_NAMED = 50
IN_PLAY = tuple(status for status in RoomStatus if status.is_in_play)
STARTED = tuple(status for status in RoomStatus if status.is_started)


@dataclass(frozen=True, slots=True)
class Steer:
    """One way to steer, and the rooms that can be steered so."""

    action: str
    verb: str
    done: str
    statuses: Sequence[RoomStatus]
    what_happens: str
    who_can: str
    do: Callable[[UUID], object]


START = Steer(
    "start_rooms",
    "Start",
    "Started",
    (RoomStatus.PENDING,),
    "These rooms begin to negotiate as soon as a worker is free.",
    "waits to be started",
    start,
)
PAUSE = Steer(
    "pause_rooms",
    "Pause",
    "Paused",
    IN_PLAY,
    "These rooms stop after the turn they are at. Nothing is lost, and they can be resumed.",
    "is at work",
    pause,
)
RESUME = Steer(
    "resume_rooms",
    "Resume",
    "Resumed",
    (RoomStatus.PAUSED,),
    "These rooms go on from where they were paused.",
    "is paused",
    resume,
)
CANCEL = Steer(
    "cancel_rooms",
    "Cancel",
    "Cancelled",
    STARTED,
    "These rooms end now with nothing bought. That cannot be undone.",
    "is running",
    cancel,
)


class SteersRooms(ModelAdmin):
    """A list whose rows are rooms, or have rooms."""

    actions: Sequence[Any] = ("start_rooms", "pause_rooms", "resume_rooms", "cancel_rooms")

    def rooms_of(self, queryset: QuerySet[Any]) -> QuerySet[NegotiationRun]:
        raise NotImplementedError

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whoever may change such rows may steer rooms, though not edit them."""
        return ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Start rooms that wait", permissions=["steer"])
    def start_rooms(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._steer(request, queryset, START)

    @admin.action(description="Pause rooms at work", permissions=["steer"])
    def pause_rooms(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._steer(request, queryset, PAUSE)

    @admin.action(description="Resume paused rooms", permissions=["steer"])
    def resume_rooms(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._steer(request, queryset, RESUME)

    @admin.action(description="Cancel running rooms", permissions=["steer"])
    def cancel_rooms(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._steer(request, queryset, CANCEL)

    def _steer(self, request: HttpRequest, queryset: QuerySet[Any], steer: Steer) -> HttpResponseBase | None:
        chosen = self.rooms_of(queryset)
        rooms = list(chosen.filter(status__in=steer.statuses).select_related("item", "session"))
        if not is_confirmed(request):
            return ask(self, request, queryset, _question(steer, rooms, chosen.count() - len(rooms)))
        steered, refusals = _do(rooms, steer.do)
        for refusal in sorted(set(refusals)):
            self.message_user(request, f"{refusals.count(refusal)} refused: {refusal}", messages.WARNING)
        audit.note(user_name(request), f"{steer.done.lower()} rooms", rooms=steered)
        level = messages.SUCCESS if steered else messages.WARNING
        self.message_user(request, f"{steer.done} {steered:,} room{'' if steered == 1 else 's'}.", level)
        return None


def _question(steer: Steer, rooms: Sequence[NegotiationRun], others: int) -> Question:
    named = [_told(room) for room in rooms[:MOST_NAMED]]
    if len(rooms) > MOST_NAMED:
        named.append(f"and {len(rooms) - MOST_NAMED:,} more")
    rest = f" {others:,} other room{'s stay' if others > 1 else ' stays'} as {'they are' if others > 1 else 'it is'}."
    count = f"{len(rooms):,} room{'' if len(rooms) == 1 else 's'}"
    return Question(
        action=steer.action,
        title=f"{steer.verb} {count}?" if rooms else f"No room to {steer.verb.lower()}",
        what_happens=steer.what_happens + (rest if others else ""),
        things=named,
        nothing=f"None of the rooms of your selection {steer.who_can}: there is nothing to do.",
        button=f"{steer.verb} {'it' if len(rooms) == 1 else 'them'}",
    )


def _told(room: NegotiationRun) -> str:
    at_round = f", round {room.current_round}" if room.current_round else ""
    return f"{room.item}, {room.session}: {room.get_status_display()}{at_round}"


def _do(rooms: Iterable[NegotiationRun], do: Callable[[UUID], object]) -> tuple[int, list[str]]:
    """How many of the rooms took it, and why the others did not: most of them ended in the meantime."""
    steered, refusals = 0, []
    for room in rooms:
        try:
            do(room.code)
            steered += 1
        except NegotiationError as refused:
            refusals.append(str(refused))
    return steered, refusals
