"""Why a move of a room was made, told to whoever asks as far as its own side knows it.

The reason is worked out anew from the view that the seat had: there is nothing to keep, and nothing to make up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from marketplace.errors import NotAllowed
from negotiation.casting import agent_mind
from negotiation.core.across import bid_across, ending_across, quote_across
from negotiation.core.because import Rule
from negotiation.core.choices import Backstage, Basis, explain_choice
from negotiation.core.events import Accepted, Decided, Event, Offered
from negotiation.core.folding import evolve
from negotiation.core.hindsight import Explained, Moment, as_asked, party_of
from negotiation.core.reasons import Told
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer, Viewer, see
from negotiation.core.vocabulary import Party, Reason
from negotiation.errors import MoveNotFound
from negotiation.minds.calls import Purpose, Verdict
from negotiation.models import LLMCall, NegotiationRun, OfferAdvice
from negotiation.records import Record
from negotiation.replies.flaws import Flaw
from negotiation.store import StoredRoom


class Untold(StrEnum):
    NOT_TOLD = "not_told"


class MoveKind(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    AWARD = "award"
    NO_DEAL = "no_deal"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`basis` and a reason other than `not_told` are for the side that moved."""

    seq: int
    move: MoveKind
    reason: Rule | Reason | Untold
    basis: Basis | None
    told: Told


def explain(stored: StoredRoom, records: Sequence[Record], viewer: Viewer, seq: int) -> Explanation:
    """Raises MoveNotFound where the viewer sees no move of that number, NotAllowed for who takes no side."""
    if isinstance(viewer, SpectatorViewer):
        raise NotAllowed("You take no side in this room.")
    if not 1 <= seq <= len(records):
        raise MoveNotFound(f"there is no move {seq} in this room")
    events = [record.event for record in records[:seq]]
    seen = see(events[-1], viewer)
    if not isinstance(seen, Explained):
        raise MoveNotFound(f"there is no move {seq} in this room")
    setup = stored.roster.setup
    asked = as_asked(setup, events)
    if not _is_own(viewer, seen):
        return Explanation(seq, _kind(seen), Untold.NOT_TOLD, None, _across(viewer, seen, events, asked))
    choice = explain_choice(setup, events, asked, _backstage(stored, seen, asked.before, seq))
    return Explanation(seq, _kind(seen), choice.reason, choice.basis, choice.told)


def _is_own(viewer: Viewer, move: Explained) -> bool:
    match viewer:
        case OperatorViewer():
            return True
        case BuyerViewer():
            return party_of(move) is Party.BUYER
        case SellerViewer():
            return party_of(move) is Party.SELLER
        case SpectatorViewer():
            return False


def _across(viewer: Viewer, move: Explained, events: Sequence[Event], asked: Moment) -> Told:
    if isinstance(move, Decided):
        assert isinstance(viewer, SellerViewer)
        return ending_across(asked.room, move, viewer.seller_id)
    if isinstance(move, Offered) and move.party is Party.BUYER:
        return bid_across(asked.room, move)
    after = asked.room
    for event in events[asked.before :]:
        after = evolve(after, event)
    return quote_across(asked.room, after, move)


def _kind(move: Explained) -> MoveKind:
    match move:
        case Offered():
            return MoveKind.OFFER
        case Accepted():
            return MoveKind.ACCEPT
        case Decided():
            return MoveKind.NO_DEAL if move.terms is None else MoveKind.AWARD


def _backstage(stored: StoredRoom, move: Explained, before: int, seq: int) -> Backstage:
    is_buyers = party_of(move) is Party.BUYER
    seat = None if is_buyers or isinstance(move, Decided) else stored.seats[move.seller_id].participant_id
    run = NegotiationRun.objects.filter(pk=stored.run_id)
    named = (
        run.values_list("session__buyer_mind", flat=True)
        if is_buyers
        else run.filter(participants=seat).values_list("participants__mind", flat=True)
    )
    advice = None
    if isinstance(move, Offered):
        advice = OfferAdvice.objects.filter(offer__run_id=stored.run_id, offer__number=move.offer_id).first()
    calls = LLMCall.objects.filter(
        run_id=stored.run_id, participant=seat, purpose=Purpose.CHOICE, result=Verdict.OK, seq__gt=before, seq__lte=seq
    )
    return Backstage(
        mind=agent_mind(named.get()),
        was_clamped=any(Flaw.CLAMPED in why.split(", ") for why in calls.values_list("why", flat=True)),
        advice=advice.reasoning if advice else "",
        sure=advice.confidence if advice else None,
    )
