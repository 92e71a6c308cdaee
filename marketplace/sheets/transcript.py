"""What was said in all rooms of a session, from their events: whose words, to whom, and with which offer."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from marketplace.models import Session
from marketplace.summary import SessionSummary
from negotiation.codec import decode
from negotiation.core.events import Accepted, Answered, Interjected, Offered, Said, WalkedAway
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party
from negotiation.models import RunEvent

Spoken = Accepted | Answered | Interjected | Offered | Said | WalkedAway
SPOKEN = (Accepted, Answered, Interjected, Offered, Said, WalkedAway)


@dataclass(frozen=True, slots=True)
class Line:
    """`deed` is what was done with the words, empty if nothing: then `terms` is None.

    `packages` are what an offer left to choose instead.
    """

    at: datetime
    round: int
    speaker: str
    addressed: str
    text: str
    deed: str
    terms: Terms | None = None
    packages: tuple[Terms, ...] = ()

    @property
    def clock(self) -> str:
        """Here and not by filters of the template, which take longer than all else of a long talk."""
        return f"{self.at:%H:%M:%S}"

    @property
    def exact(self) -> str:
        return f"{self.at.day} {self.at:%b %Y, %H:%M:%S} UTC"

    @property
    def stamp(self) -> str:
        return self.at.isoformat()


def transcripts(session: Session, summary: SessionSummary) -> Mapping[int, list[Line]]:
    """By room, in the order it was said; one query."""
    names = {room.pk: {seat.seller_id: seat.name for seat in summary.setup(room).sellers} for room in summary.rooms}
    spoken = RunEvent.objects.filter(run__session=session, type__in=[kind.__name__ for kind in SPOKEN])
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for run_id, kind, payload, at in spoken.order_by("run", "seq").values_list("run_id", "type", "payload", "at"):
        event = decode(kind, payload)
        assert isinstance(event, SPOKEN)
        lines[run_id].append(_line(event, at, summary.buyer_name, names[run_id]))
    return lines


def _line(event: Spoken, at: datetime, buyer: str, names: Mapping[str, str]) -> Line:
    sellers = ", ".join(names.get(code, "a seller") for code in _sellers(event))
    by_buyer = event.party is Party.BUYER
    speaker, addressed = (buyer, sellers) if by_buyer else (sellers, buyer)
    deed, terms = _deed(event)
    packages = event.packages if isinstance(event, Offered) else ()
    return Line(at, event.round, speaker, addressed, event.words.text, deed, terms, packages)


def _sellers(event: Spoken) -> tuple[str, ...]:
    return event.seller_ids if isinstance(event, Interjected) else (event.seller_id,)


def _deed(event: Spoken) -> tuple[str, Terms | None]:
    match event:
        case Offered():
            return "Final offer" if event.is_final else "Offer", event.terms
        case Accepted():
            return "Accepts", event.terms
        case Answered():
            return "Answers an offer", None
        case WalkedAway():
            return "Leaves", None
        case Said() | Interjected():
            return "", None
        case _:
            assert_never(event)
