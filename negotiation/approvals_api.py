"""The inbox of approvals over HTTP: for the buyer's side, operators and auditors."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.idempotency import once
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.approvals import OPTIONS, approvals_of, deals_asked, decide, find_approval, limit_reason
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalState
from negotiation.desk_schemas import ApprovalOut, ApprovalsOut, ApprovalsQueryIn, DecideIn
from negotiation.figures import money
from negotiation.models import Approval

approvals_router = Router(tags=["approvals"])


@approvals_router.get("", response=ApprovalsOut)
def list_approvals(request: HttpRequest, query: Query[ApprovalsQueryIn]) -> dict[str, Any]:
    """The deals that wait for a person's word, and those that waited; the latest first."""
    principal = _reader(request)
    found = approvals_of(principal)
    if query.status is not None:
        found = found.filter(state=query.status)
    shown = found[query.offset : query.offset + query.limit]
    return {
        "total": found.count(),
        "limit": query.limit,
        "offset": query.offset,
        "approvals": approvals_out(list(shown)),
    }


@approvals_router.get("/{approval_id}", response=ApprovalOut)
def read_approval(request: HttpRequest, approval_id: UUID) -> dict[str, Any]:
    return approval_out(find_approval(principal_of(request), approval_id))


@approvals_router.post("/{approval_id}/decide", response=ApprovalOut)
def decide_approval(request: HttpRequest, approval_id: UUID, payload: DecideIn) -> dict[str, Any]:
    """Approve the deal, refuse it, or bid other terms. Mandate, offer and stock are judged again as it closes.

    The same decision again is answered with the same; another one is 409.
    """
    principal = principal_of(request)
    find_approval(principal, approval_id)

    def act() -> dict[str, Any]:
        counter = None if payload.counter_offer is None else payload.counter_offer.to_terms()
        decided = decide(
            principal, approval_id, payload.decision, note=payload.note, counter=counter, overrule=payload.overrule
        )
        audit.note(principal.name, "approval decided", approval=approval_id, decision=payload.decision)
        return approval_out(decided)

    return once(request, principal, act)


def approval_out(approval: Approval) -> dict[str, Any]:
    return approvals_out([approval])[0]


def approvals_out(approvals: Sequence[Approval]) -> list[dict[str, Any]]:
    """In the same order; by one query the further terms of all."""
    asked = deals_asked(approvals)
    return [_approval_out(approval, asked.get((approval.run_id, approval.number))) for approval in approvals]


def _approval_out(approval: Approval, deal: Terms | None) -> dict[str, Any]:
    return {
        "approval_id": approval.code,
        "number": approval.number,
        "kind": approval.kind,
        "state": approval.state,
        "room_id": approval.run.code,
        "negotiation_id": approval.participant.code,
        "session_id": approval.run.session.code,
        "item_name": approval.run.item.item_name,
        "seller_name": approval.participant.name,
        "price": money(approval.unit_price),
        "quantity": approval.quantity,
        "total": money(approval.total),
        "terms": dict(deal.extras) if deal else {},
        "currency": approval.run.session.currency,
        "limit_reason": limit_reason(approval),
        "requested_at": approval.requested_at,
        "expires_at": approval.expires_at,
        "decided_by": approval.decided_by,
        "decided_at": approval.decided_at,
        "note": approval.note,
        "options": list(OPTIONS) if approval.state == ApprovalState.PENDING else [],
    }


def _reader(request: HttpRequest) -> Principal:
    """Sellers and watchers are told so; that there are approvals they do not learn."""
    principal = principal_of(request)
    if principal.role in (Role.SELLER, Role.WATCHER):
        raise NotAllowed("Approvals are for the buyer's side.")
    return principal
