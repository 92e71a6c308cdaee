"""What a notification says: JSON for a webhook, plain text for an e-mail, both with the eyes of whom it is for.

An e-mail repeats none of the other side's words: what they are, and whether to follow them, is seen on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from negotiation.core.events import (
    Accepted,
    ApprovalRequested,
    Closed,
    ExpiryWarned,
    InputRequested,
    Offered,
)
from negotiation.core.terms import Terms
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, Viewer, see
from negotiation.core.vocabulary import Action, Party
from negotiation.figures import Frame, money_words, terms_of
from negotiation.frames import frame_of, to_json
from negotiation.models import Participant
from negotiation.notification_models import Channel, Kind, Notification, Side
from negotiation.records import Record, Roster
from negotiation.store import read_history

LONGEST_SUBJECT = 150
HEADLINES = {
    Kind.NEW_OFFER: "New offer",
    Kind.YOUR_TURN: "Your turn",
    Kind.DEAL: "Deal",
    Kind.EXPIRING: "Time runs out",
    Kind.APPROVAL_NEEDED: "Approval needed",
}
FOOTER = "Parley sends this to an address that was entered to be told of such things. It can be taken out there again."


@dataclass(frozen=True, slots=True)
class Told:
    """An offer or deal as its reader may see it; `party` is who made the offer, None for a deal."""

    party: Party | None
    terms: Terms
    message: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification before it is put into words. `seller_id` and `thread` name the thread."""

    code: UUID
    kind: Kind
    side: Side
    roster: Roster
    record: Record
    seller_id: str
    thread: UUID
    viewer: Viewer
    told: Told | None

    @property
    def item(self) -> str:
        return self.roster.setup.item_name

    @property
    def buyer(self) -> str:
        return self.roster.setup.buyer_name

    @property
    def seller(self) -> str:
        return self.roster.seller_name(self.seller_id)

    @property
    def awaited(self) -> Party | None:
        """Who has to move."""
        match self.record.event:
            case InputRequested() | ExpiryWarned() as event:
                return event.party
            case ApprovalRequested():
                return Party.BUYER
            case _:
                return None

    @property
    def until(self) -> str:
        """When the time for it is over; empty where there is no such time."""
        match self.record.event:
            case InputRequested() | ExpiryWarned() | ApprovalRequested() as event:
                return f"{self.record.at + timedelta(seconds=event.seconds):%Y-%m-%d %H:%M} UTC"
            case _:
                return ""

    @property
    def url(self) -> str:
        """Of the thread's page; operators see it from the side that has to move."""
        side = f"?party={self.awaited or Party.BUYER}" if self.side == Side.OPERATOR else ""
        return f"{settings.PUBLIC_URL}{reverse('thread', args=[self.thread])}{side}"


def write(notification: Notification) -> tuple[str, str]:
    """Subject and body. Raises RoomNotFound if the room is gone."""
    notice = _notice(notification)
    return ("", to_json(as_frame(notice))) if notification.target.channel == Channel.WEBHOOK else as_mail(notice)


def as_frame(notice: Notice) -> Frame:
    roster = notice.roster
    return {
        "delivery_id": str(notice.code),
        "kind": notice.kind,
        "timestamp": notice.record.at.isoformat(),
        "your_side": notice.side,
        "session_id": str(roster.session_id),
        "room_id": str(roster.room_id),
        "negotiation_id": str(notice.thread),
        "seq": notice.record.seq,
        "item_name": notice.item,
        "quantity_needed": roster.setup.buyer.quantity,
        "currency": roster.currency,
        "buyer_name": notice.buyer,
        "seller_name": notice.seller,
        "offer": _offer(notice.told),
        "event": frame_of(notice.record, roster, notice.viewer),
        "url": notice.url,
        "api_url": f"{settings.PUBLIC_URL}/api/v1/trade-desk/negotiations/{notice.thread}",
    }


def as_mail(notice: Notice) -> tuple[str, str]:
    subject = one_line(f"{HEADLINES[notice.kind]}: {notice.item}")[:LONGEST_SUBJECT]
    lines = [
        _sentence(notice),
        "",
        f"Item: {one_line(notice.item)}, {notice.roster.setup.buyer.quantity} wanted",
        f"Buyer: {one_line(notice.buyer)}",
        f"Seller: {one_line(notice.seller)}",
        *([f"Answer by: {notice.until}"] if notice.until else []),
        "",
        _page_to_answer_on(notice),
        "",
        "-- ",
        FOOTER,
    ]
    return subject, "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """No line end in a name starts a line, or a header, of its own."""
    return " ".join(text.split())


def _page_to_answer_on(notice: Notice) -> str:
    """Deals are approved in the inbox and not in the thread."""
    return f"{settings.PUBLIC_URL}{reverse('approvals')}" if notice.kind == Kind.APPROVAL_NEEDED else notice.url


def _notice(notification: Notification) -> Notice:
    target, participant = notification.target, notification.participant
    stored, records = read_history(notification.run.code)
    seller_id, viewer = str(participant.seller_code), _viewer(Side(target.side), participant)
    record = records[notification.seq - 1]  # numbers have no gaps
    return Notice(
        code=notification.code,
        kind=Kind(notification.kind),
        side=Side(target.side),
        roster=stored.roster,
        record=record,
        seller_id=seller_id,
        thread=participant.code,
        viewer=viewer,
        told=_told(records[: notification.seq], seller_id, viewer),
    )


def _viewer(side: Side, participant: Participant) -> Viewer:
    match side:
        case Side.BUYER:
            return BuyerViewer()
        case Side.SELLER:
            return SellerViewer(str(participant.seller_code))
        case Side.OPERATOR:
            return OperatorViewer()


def _told(records: Sequence[Record], seller_id: str, viewer: Viewer) -> Told | None:
    """What the last event is about: the deal, the deal to approve, or what the other side offers."""
    match see(records[-1].event, viewer):
        case Closed(terms=Terms() as terms):
            return Told(None, terms)
        case ApprovalRequested() as event:
            return Told(Party.SELLER, event.terms)
        case InputRequested() as event if Action.ACCEPT in event.actions:
            return _standing(records, seller_id, event.party.other, viewer)
        case _:
            return None


def _standing(records: Sequence[Record], seller_id: str, maker: Party, viewer: Viewer) -> Told | None:
    """That side's last offer, or its acceptance, in the thread."""
    for record in reversed(records):
        match see(record.event, viewer):
            case Offered(party=party, seller_id=thread) | Accepted(party=party, seller_id=thread) as event if (
                party is maker and thread == seller_id
            ):
                return Told(maker, event.terms, event.words.text)
            case _:
                pass
    return None


def _offer(told: Told | None) -> Frame | None:
    if told is None:
        return None
    return {"party": told.party, **(terms_of(told.terms) or {}), "message": told.message}


def _sentence(notice: Notice) -> str:
    figures = _figures(notice)
    maker = notice.told.party if notice.told else None
    names = {Party.BUYER: one_line(notice.buyer), Party.SELLER: one_line(notice.seller), None: ""}
    match notice.kind:
        case Kind.NEW_OFFER:
            return f"{names[maker]} offers {figures}."
        case Kind.YOUR_TURN:
            return f"It is the turn of {names[notice.awaited]}."
        case Kind.DEAL:
            return f"{names[Party.BUYER]} buys {figures} from {names[Party.SELLER]}."
        case Kind.EXPIRING:
            return f"The time for the move of {names[notice.awaited]} runs out."
        case Kind.APPROVAL_NEEDED:
            return f"A deal with {names[Party.SELLER]} needs a person's approval: {figures}."


def _figures(notice: Notice) -> str:
    if notice.told is None:
        return ""
    terms, currency = notice.told.terms, notice.roster.currency
    extras = "".join(f", {name.replace('_', ' ')} {value}" for name, value in terms.extras)
    each, total = money_words(terms.unit_price, currency), money_words(terms.total, currency)
    return f"{terms.quantity:,} x {each}, {total} in all{extras}"
