"""Who is told of what: the outbox is filled in the transaction of the events, and delivered by `notifying`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from marketplace.models import Buyer, Seller
from negotiation.core.events import ApprovalRequested, Closed, ExpiryWarned, InputRequested
from negotiation.core.vocabulary import Action, Party, Result
from negotiation.models import Participant
from negotiation.notification_models import DeliveryState, Kind, Notification, NotificationTarget, Side

SIDES = {Party.BUYER: Side.BUYER, Party.SELLER: Side.SELLER}
Telling = InputRequested | ExpiryWarned | ApprovalRequested | Closed


@dataclass(frozen=True, slots=True)
class News:
    """Something in a thread that whoever of these sides asked for it is told, and operators who did.

    Who wants several of the kinds is told once: of the first.
    """

    run_id: int
    participant_id: int
    seq: int
    kinds: tuple[Kind, ...]
    sides: tuple[Party, ...]


def news_of(run_id: int, participant_id: int, seq: int, event: Telling) -> News | None:
    """None if there is nothing in it to tell anybody. `participant_id` is the thread's, of a deal the winner's."""
    kinds: tuple[Kind, ...]
    match event:
        case InputRequested():
            kinds = (Kind.NEW_OFFER, Kind.YOUR_TURN) if Action.ACCEPT in event.actions else (Kind.YOUR_TURN,)
            return News(run_id, participant_id, seq, kinds, (event.party,))
        case ExpiryWarned():
            return News(run_id, participant_id, seq, (Kind.EXPIRING,), (event.party,))
        case ApprovalRequested():
            return News(run_id, participant_id, seq, (Kind.APPROVAL_NEEDED,), (Party.BUYER,))
        case Closed(result=Result.DEAL):
            return News(run_id, participant_id, seq, (Kind.DEAL,), (Party.BUYER, Party.SELLER))
        case Closed():
            return None


def fill_outbox(news: Sequence[News]) -> None:
    """Called in the transaction of the events. Nobody is told what would have been."""
    if not news:
        return
    real = Participant.objects.filter(run__session__is_what_if=False)
    threads = real.filter(pk__in={item.participant_id for item in news}).order_by()
    parties = {
        participant_id: {Party.BUYER: buyer, Party.SELLER: seller}
        for participant_id, buyer, seller in threads.values_list("pk", "run__item__buyer__code", "seller_code")
    }
    targets = _targets_of({code for codes in parties.values() for code in codes.values()})
    told = [
        _notification(item, target, parties[item.participant_id])
        for item in news
        if item.participant_id in parties
        for target in targets
    ]
    Notification.objects.bulk_create([row for row in told if row is not None])


def delete_old_notifications(age: timedelta) -> int:
    """Those that are delivered or given up and older than that; how many."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - age).exclude(state=DeliveryState.WAITING)
    return old.delete()[0]


def delete_targets_of_nobody() -> int:
    """Addresses of buyers and sellers who are not there any more; how many."""
    buyers = Q(side=Side.BUYER) & ~Q(party__in=Buyer.objects.values("code"))
    sellers = Q(side=Side.SELLER) & ~Q(party__in=Seller.objects.values("code"))
    return NotificationTarget.objects.filter(buyers | sellers).delete()[0]


def _targets_of(parties: set[UUID]) -> QuerySet[NotificationTarget]:
    """None of them is deleted before what it is told is stored."""
    wanted = NotificationTarget.objects.filter(Q(side=Side.OPERATOR) | Q(party__in=parties), is_active=True)
    return wanted.order_by("pk").select_for_update(no_key=True)


def _notification(item: News, target: NotificationTarget, parties: dict[Party, UUID]) -> Notification | None:
    is_concerned = target.side == Side.OPERATOR or any(
        target.side == SIDES[party] and target.party == parties[party] for party in item.sides
    )
    kind = next((kind for kind in item.kinds if kind in target.kinds), None)
    if not is_concerned or kind is None:
        return None
    return Notification(
        target=target,
        run_id=item.run_id,
        participant_id=item.participant_id,
        seq=item.seq,
        kind=kind,
        next_at=Now(),
    )
