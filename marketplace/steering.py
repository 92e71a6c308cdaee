"""What is done to all rooms of a session at once: each by itself, and it is told how many and why not the others."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from marketplace.models import Session
from negotiation import services
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NegotiationError

MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Steered:
    """`refused` has the rooms' items, each with the reason. Rooms that were as wished already are not counted."""

    verb: str
    done: int
    refused: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        if not self.done and not self.refused:
            return f"No room was waiting to be {self.verb}."
        told = [f"Not {item}: {why}." for item, why in self.refused[:MOST_TOLD]]
        more = len(self.refused) - MOST_TOLD
        rest = [f"Nor {more} more."] if more > 0 else []
        return " ".join([f"{self.done} room{'' if self.done == 1 else 's'} {self.verb}.", *told, *rest])


def start_rooms(session: Session) -> Steered:
    return _steer(session, "started", (RoomStatus.PENDING,), services.start)


def pause_rooms(session: Session) -> Steered:
    return _steer(session, "paused", (RoomStatus.QUEUED, RoomStatus.ACTIVE, RoomStatus.WAITING), services.pause)


def resume_rooms(session: Session) -> Steered:
    return _steer(session, "resumed", (RoomStatus.PAUSED,), services.resume)


def _steer(session: Session, verb: str, of: Collection[RoomStatus], change: Callable[[UUID], object]) -> Steered:
    done, refused = 0, []
    for code, item in session.runs.filter(status__in=of).values_list("code", "item__item_name"):
        try:
            change(code)
            done += 1
        except NegotiationError as error:
            refused.append((item, str(error).rstrip(".")))
    return Steered(verb, done, tuple(refused))
