"""Deals that an agent may not close alone: who is asked, and what becomes of an answer that comes twice or too late."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from marketplace.errors import NotAllowed
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation import seats
from negotiation.codec import decode
from negotiation.core.events import ApprovalDecided, ApprovalRequested, Event, Offered
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalKind, ApprovalState, Party, RoomStatus
from negotiation.errors import AlreadyDecided, NegotiationError, Refused
from negotiation.figures import money_words
from negotiation.models import Approval, RunEvent
from negotiation.programs import is_program, sat_for_buyer
from negotiation.store import read_history, read_room

OPTIONS = ("approve", "reject", "modify")
STATES = {
    "approve": ApprovalState.APPROVED,
    "reject": ApprovalState.REJECTED,
    "modify": ApprovalState.MODIFIED,
}


def approvals_of(principal: Principal) -> QuerySet[Approval]:
    """Those of rooms whose buyer's side the caller reads; the latest first. Nobody else learns that there are any."""
    approvals = Approval.objects.select_related("run__session", "run__item", "participant")
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return approvals
        case Role.BUYER:
            return approvals.filter(run__session__buyer__code__in=principal.parties)
        case Role.SELLER | Role.WATCHER:
            return approvals.none()


def find_approval(principal: Principal, code: UUID) -> Approval:
    found = approvals_of(principal).filter(code=code).first()
    if found is None:
        raise Refused("NOT_FOUND", "There is no approval with this id.")
    return found


def decide(
    principal: Principal,
    code: UUID,
    decision: str,
    *,
    note: str = "",
    counter: Terms | None = None,
    overrule: bool = False,
) -> Approval:
    """The approval as it is then. The same decision again changes nothing; another one raises AlreadyDecided."""
    approval = find_approval(principal, code)
    if approval.state == ApprovalState.PENDING:
        _require_other_than_asked(principal, approval)
        may_overrule = overrule and not is_program(principal)
        _judge(approval, STATES[decision], by=principal.name, note=note, counter=counter, overrule=may_overrule)
        approval = find_approval(principal, code)
    is_same = approval.state == STATES[decision] and (counter is None or _counter_made(approval) == counter)
    if not is_same:
        raise AlreadyDecided(f"this approval is {approval.state} already")
    return approval


def limit_reason(approval: Approval) -> str:
    """For the buyer's side alone: it names its limits."""
    item, currency = approval.run.item, approval.run.session.currency
    if approval.kind == ApprovalKind.BELOW_MINIMUM:
        minimum = money_words(item.min_price_per_unit, currency)
        return f"The unit price is under the minimum of {minimum}: too good to be true?"
    limit = item.approve_above if item.approve_above is not None else approval.run.session.approve_above
    return "The total is above the approval limit" + ("." if limit is None else f" of {money_words(limit, currency)}.")


def deals_asked(approvals: Sequence[Approval]) -> dict[tuple[int, int], Terms]:
    """What each would agree to, with its further terms, which the log alone has; by room and number."""
    runs = {approval.run_id for approval in approvals}
    asked = RunEvent.objects.filter(run__in=runs, type=ApprovalRequested.__name__).order_by()
    events = [(row.run_id, decode(row.type, row.payload)) for row in asked]
    return {(run_id, event.number): event.terms for run_id, event in events if isinstance(event, ApprovalRequested)}


def _require_other_than_asked(principal: Principal, approval: Approval) -> None:
    """A program at the buyer's seat does not approve what it asked for itself."""
    if is_program(principal) and sat_for_buyer(read_room(approval.run.code)):
        raise NotAllowed("A program sits or sat for the buyer: its deals are approved by a person.")


def _judge(
    approval: Approval, state: ApprovalState, *, by: str, note: str, counter: Terms | None, overrule: bool
) -> None:
    """Whoever comes too late, or second, changes nothing. Too late it is by the database's clock."""
    pending = Approval.objects.filter(pk=approval.pk, state=ApprovalState.PENDING)
    is_late = pending.filter(expires_at__lte=Now()).exclude(run__status=RoomStatus.PAUSED).exists()
    try:
        if is_late:
            seats.decide_approval(approval, ApprovalState.EXPIRED)
        else:
            seats.decide_approval(approval, state, by=by, note=note, counter=counter, overrule=overrule)
    except NegotiationError:
        if pending.exists():
            raise


def _counter_made(approval: Approval) -> Terms | None:
    """What was bid in place of the deal: the log has it right behind the decision."""
    events: list[Event] = [record.event for record in read_history(approval.run.code)[1]]
    after = next(i for i, e in enumerate(events) if isinstance(e, ApprovalDecided) and e.number == approval.number)
    bids = (e.terms for e in events[after:] if isinstance(e, Offered) and e.party is Party.BUYER)
    return next(bids, None)
