"""The deal sheet of a session as it is read from the tables: each room with its figures, its losers and its talk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, Q, Subquery

from marketplace.models import Session
from marketplace.sheets.bundles import Bundle, read_bundles
from marketplace.sheets.losing import LastWord, OtherOffer, losers
from marketplace.sheets.transcript import Line, transcripts
from marketplace.sheets.waterfall import Waterfall, waterfall
from marketplace.sheets.words import on_failure, on_purchase, verdict
from marketplace.summary import Purchase, RoomRow, SessionSummary, summarise
from marketplace.templatetags.parley import reason_words
from negotiation.core.events import ThreadExpired, WalkedAway
from negotiation.core.samples import Case
from negotiation.core.vocabulary import OfferStatus, Party, RoomStatus, TradeState
from negotiation.models import NegotiationRun, Offer, Participant, RunEvent
from negotiation.summary import rooms_of
from negotiation.trade_models import Trade

MOST_FOLDED = 1_500
LEAVINGS = (WalkedAway.__name__, ThreadExpired.__name__)


@dataclass(frozen=True, slots=True)
class RoomSheet:
    """An ended room that somebody was invited to. `purchase` is there if it led to a deal that stands."""

    row: RoomRow
    purchase: Purchase | None
    findings: Sequence[str]
    others: Sequence[OtherOffer]
    talk: Sequence[Line]

    @property
    def why(self) -> str:
        """Of its end."""
        return self.row.explanation or reason_words(self.row.reason)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`origin` is the room that a what-if was branched from. `has_talk`: it is not too long to be sent unasked."""

    summary: SessionSummary
    verdict: str
    waterfall: Waterfall | None
    rooms: Sequence[RoomSheet]
    taken_back: Sequence[Trade]
    origin: NegotiationRun | None
    has_talk: bool


def read_sheet(session: Session, *, whole_talk: bool = False) -> Sheet:
    """In as many queries for many rooms as for one."""
    summary = summarise(session)
    ended = [room for room in summary.rooms if room.is_over and room.status != RoomStatus.NO_SELLERS]
    has_talk = whole_talk or summary.total_messages <= MOST_FOLDED
    talk = transcripts(session, summary) if has_talk else {}
    purchases = {purchase.room_id: purchase for purchase in summary.purchases}
    words = _last_words(session)
    cases = {room.room_id: room.case for room in rooms_of(session)}
    bundles = read_bundles(session, summary)
    return Sheet(
        summary=summary,
        verdict=verdict(summary),
        waterfall=waterfall(summary),
        rooms=[
            RoomSheet(
                row=room,
                purchase=(purchase := purchases.get(room.code)),
                findings=_findings(summary, room, purchase, cases.get(room.code), bundles.get(room.pk)),
                others=losers(room, summary.setup(room), words[room.pk], summary.currency),
                talk=talk.get(room.pk, ()),
            )
            for room in ended
        ],
        taken_back=_taken_back(session),
        origin=_origin(session),
        has_talk=has_talk,
    )


def _findings(
    summary: SessionSummary, room: RoomRow, purchase: Purchase | None, case: Case | None, bundle: Bundle | None
) -> list[str]:
    """By the measures that know of further terms and of the way, where the room was bargained to its end."""
    setup = case.setup if case is not None else summary.setup(room)
    if purchase is None:
        return [on_failure(room, setup, summary.currency)]
    if case is not None:
        purchase = replace(purchase, measures=case.measures)
    in_bundle = bundle.words(summary.currency) if bundle is not None else ""
    return list(filter(None, [*on_purchase(purchase, setup, summary.currency), in_bundle]))


def _last_words(session: Session) -> Mapping[int, list[LastWord]]:
    """By room, what each seller held at last: its latest offer or the bid it accepted, and how it left."""
    standing = Q(party=Party.SELLER) | Q(party=Party.BUYER, status=OfferStatus.ACCEPTED)
    latest = Offer.objects.filter(standing, participant=OuterRef("pk")).order_by("-number").values("pk")[:1]
    threads = list(
        Participant.objects.filter(run__session=session)
        .annotate(latest=Subquery(latest))
        .order_by("id")
        .values_list("run_id", "seller_code", "name", "latest")
    )
    offers = Offer.objects.in_bulk([pk for *_, pk in threads if pk is not None])
    left = {
        (run_id, payload["seller_id"]): (kind, payload.get("round"))
        for run_id, kind, payload in RunEvent.objects.filter(run__session=session, type__in=LEAVINGS)
        .order_by()
        .values_list("run_id", "type", "payload")
    }
    words: defaultdict[int, list[LastWord]] = defaultdict(list)
    for run_id, code, name, pk in threads:
        kind, round_ = left.get((run_id, str(code)), ("", None))
        words[run_id].append(
            LastWord(str(code), name, offers.get(pk), left_in=round_, has_expired=kind == ThreadExpired.__name__)
        )
    return words


def _taken_back(session: Session) -> list[Trade]:
    cancelled = Trade.objects.filter(outcome__run__session=session, state=TradeState.CANCELLED)
    return list(cancelled.select_related("outcome__run__item").order_by("cancelled_at", "id"))


def _origin(session: Session) -> NegotiationRun | None:
    """Of a what-if whose original is still there."""
    if not session.is_what_if:
        return None
    branch = session.runs.select_related("branched_from__item").filter(branched_from__isnull=False).first()
    return branch.branched_from if branch else None
