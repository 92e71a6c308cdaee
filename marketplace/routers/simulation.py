"""Sessions over HTTP: set up, list, look at, summarise and delete."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from marketplace import audit, services
from marketplace.callers import principal_of
from marketplace.errors import NotAllowed, ProviderDisabled, SessionNotFound
from marketplace.finding import find_session
from marketplace.idempotency import once
from marketplace.identity import Principal
from marketplace.models import Role, Session
from marketplace.requests import ModelRequest
from marketplace.schemas import (
    DeletedOut,
    InitializeIn,
    InitializeOut,
    PageIn,
    SessionListOut,
    SessionOut,
    SummaryOut,
)
from marketplace.services import NewSession
from marketplace.summary import Purchase, SessionSummary, summarise, whole_cents
from marketplace.throttling import Kind, charge
from negotiation.core.vocabulary import OfferStatus, Party, RoomStatus
from negotiation.figures import money
from negotiation.frames import to_json
from negotiation.models import STARTED, NegotiationRun, Offer, Participant

router = Router(tags=["sessions"])


@router.post("/initialize", response=InitializeOut)
def initialize(request: HttpRequest, payload: InitializeIn) -> HttpResponse:
    """Set up a session with a room for each item. An `Idempotency-Key` header makes repeats harmless."""
    principal = _operator(request)
    _require_enabled(payload.llm_config.provider or settings.LLM.provider)
    wanted = payload.to_request(
        settings.NEGOTIATION.default_mind,
        settings.NEGOTIATION.max_rounds,
        ModelRequest(temperature=settings.LLM.temperature, max_tokens=settings.LLM.max_tokens),
    )

    def set_up() -> dict[str, Any]:
        charge(Kind.SET_UP, principal.name)
        return _initialized(services.set_up_session(wanted))

    # Made as JSON here, like a room's state: all of it is ours and of these types.
    return HttpResponse(to_json(once(request, principal, set_up)), content_type="application/json; charset=utf-8")


@router.get("", response=SessionListOut)
def list_sessions(request: HttpRequest, page: Query[PageIn]) -> dict[str, Any]:
    """The caller's sessions, newest first, without what-ifs."""
    sessions = (
        _visible(principal_of(request))
        .filter(is_what_if=False)
        .annotate(room_count=Count("runs"), started_count=Count("runs", filter=Q(runs__status__in=STARTED)))
    )
    shown = sessions.select_related("buyer").order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
    return {"sessions": [_line(session) for session in shown], "total": sessions.count()}


@router.get("/{session_id}", response=SessionOut)
def show_session(request: HttpRequest, session_id: UUID) -> dict[str, Any]:
    session = _session(principal_of(request), session_id)
    runs = _runs(session)
    return {
        "session_id": session.code,
        "name": session.name,
        "status": _status([run.status for run in runs]),
        "created_at": session.created_at,
        "buyer_name": session.buyer.name,
        "buyer_temperament": session.buyer_temperament,
        "buyer_policy": session.buyer_policy,
        "total_runs": len(runs),
        "llm_model": session.llm_model,
        "rooms": _rooms(runs),
    }


@router.delete("/{session_id}", response=DeletedOut)
def delete_session(request: HttpRequest, session_id: UUID, keep_logs: bool = True) -> dict[str, Any]:
    """Stop and delete the session's rooms. The files of their logs stay unless `keep_logs` is false."""
    principal = principal_of(request)

    def act() -> dict[str, Any]:
        saved = services.delete_session(_session(principal, session_id), keep_logs=keep_logs)
        audit.note(principal.name, "deleted session", session=session_id)
        return {"deleted": True, "session_id": session_id, "logs_saved": saved}

    return once(request, principal, act)


@router.get("/{session_id}/summary", response=SummaryOut)
def summary(request: HttpRequest, session_id: UUID) -> dict[str, Any]:
    """What was bought and saved. What tells of sellers' limits (benchmarks and shares) is for operators only."""
    principal = principal_of(request)
    return _summary(summarise(_session(principal, session_id)), principal)


def _operator(request: HttpRequest) -> Principal:
    principal = principal_of(request)
    if not principal.is_operator:
        raise NotAllowed("Only operators may set up sessions.")
    return principal


def _require_enabled(provider: str) -> None:
    openrouter = settings.LLM.openrouter
    if provider == "openrouter" and not openrouter.is_enabled:
        raise ProviderDisabled("The provider openrouter is switched off.")
    if provider == "openrouter" and not openrouter.api_key:
        raise ProviderDisabled("The provider openrouter has no key.")


def _visible(principal: Principal) -> QuerySet[Session]:
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return Session.objects.all()
        case Role.BUYER:
            return Session.objects.filter(buyer__code__in=principal.parties)
        case _:
            return Session.objects.none()


def _session(principal: Principal, code: UUID) -> Session:
    session = find_session(code)
    if session is None or not _may_see(principal, session):
        raise SessionNotFound(f"There is no session {code}.")
    return session


def _may_see(principal: Principal, session: Session) -> bool:
    """Of one session, what `_visible` says of all."""
    return principal.may_read_all or (principal.role == Role.BUYER and session.buyer.code in principal.parties)


def _initialized(new: NewSession) -> dict[str, Any]:
    session = new.session
    rooms = [_room(room.run, room.participants, {}) for room in new.rooms]
    sellers = {str(seller.code) for seller in new.sellers}
    sellers |= {str(participant.seller_code) for room in new.rooms for participant in room.participants}
    return {
        "session_id": str(session.code),
        "created_at": session.created_at.isoformat(),
        "buyer_id": str(new.buyer.code),
        "seller_ids": sorted(sellers),
        "negotiation_rooms": rooms,
        "total_rooms": len(rooms),
        "skipped_items": [
            {"item_id": room["item_id"], "item_name": room["item_name"], "reason": room["reason"]}
            for room in rooms
            if room["status"] == RoomStatus.NO_SELLERS
        ],
        "seed": session.seed,
    }


def _runs(session: Session) -> list[NegotiationRun]:
    return list(NegotiationRun.objects.with_setup().filter(session=session).order_by("id"))


def _rooms(runs: list[NegotiationRun]) -> list[dict[str, Any]]:
    standing = _standing_offers([run.pk for run in runs if run.last_seq])
    return [_room(run, run.participants.all(), standing) for run in runs]


def _room(run: NegotiationRun, participants: Iterable[Participant], standing: dict[int, Offer]) -> dict[str, Any]:
    item = run.item
    return {
        "room_id": str(run.code),
        "item_id": item.item_id,
        "item_name": item.item_name,
        "quantity_needed": item.quantity_needed,
        "buyer_constraints": {
            "min_price_per_unit": money(item.min_price_per_unit),
            "max_price_per_unit": money(item.max_price_per_unit),
        },
        "participating_sellers": [_participant(p, standing.get(p.pk)) for p in participants],
        "status": run.status,
        "reason": run.skip_reason or None,
        "current_round": run.current_round,
        "max_rounds": run.max_rounds,
    }


def _standing_offers(run_ids: list[int]) -> dict[int, Offer]:
    """The offer that stands in each thread: the newest open one of the seller, or the bid it accepted."""
    standing = Q(party=Party.SELLER, status=OfferStatus.PENDING) | Q(status=OfferStatus.ACCEPTED)
    offers = Offer.objects.filter(standing, run_id__in=run_ids).order_by("number")
    return {offer.participant_id: offer for offer in offers} if run_ids else {}


def _participant(participant: Participant, offer: Offer | None) -> dict[str, Any]:
    return {
        "seller_id": str(participant.seller_code),
        "seller_name": participant.name,
        "initial_price": money(participant.selling_price),
        "current_offer": {"price": money(offer.unit_price), "quantity": offer.quantity} if offer else None,
    }


def _line(session: Session) -> dict[str, Any]:
    return {
        "session_id": session.code,
        "name": session.name,
        "created_at": session.created_at,
        "buyer_name": session.buyer.name,
        "total_runs": session.room_count,  # type: ignore[attr-defined]
        "status": "active" if session.started_count else "idle",  # type: ignore[attr-defined]
    }


def _status(statuses: list[str]) -> str:
    """A session is active while a room is, completed when all are over, else pending."""
    if any(RoomStatus(status).is_started for status in statuses):
        return "active"
    return "completed" if all(RoomStatus(status).is_over for status in statuses) else "pending"


def _summary(summary: SessionSummary, principal: Principal) -> dict[str, Any]:
    return {
        "session_id": summary.session.code,
        "buyer_name": summary.buyer_name,
        "total_items_requested": summary.total_items_requested,
        "completed_purchases": summary.items_purchased,
        "failed_purchases": len(summary.failed_items),
        "open_rooms": summary.open_rooms,
        "purchases": [_purchase(purchase, principal) for purchase in summary.purchases],
        "failed_items": list(summary.failed_items),
        "total_cost_summary": {
            "total_spent": money(summary.total_spent),
            "items_purchased": summary.items_purchased,
            "average_savings_per_item": money(summary.average_savings_per_item),
            "savings_against_ask": money(summary.savings_against_ask),
            "savings_against_limit": money(summary.savings_against_limit),
            "currency": summary.currency,
        },
        "negotiation_metrics": {
            "average_rounds": summary.average_rounds,
            "average_duration_seconds": summary.average_duration_seconds,
            "total_messages_exchanged": summary.total_messages,
            "total_tokens": summary.models.tokens,
            "llm_calls": summary.models.calls,
            "llm_cost": float(summary.models.cost),
            "llm_seconds": round(summary.models.seconds, 3),
        },
    }


def _purchase(purchase: Purchase, principal: Principal) -> dict[str, Any]:
    return {
        "room_id": purchase.room_id,
        "item_name": purchase.item_name,
        "quantity": purchase.quantity,
        "selected_seller": purchase.seller_name,
        "final_price_per_unit": money(purchase.unit_price),
        "total_cost": money(purchase.total_cost),
        "negotiation_rounds": purchase.rounds,
        "duration_seconds": purchase.duration_seconds,
        "reason": purchase.reason,
        "explanation": purchase.explanation,
        "savings_against_ask": money(purchase.savings_against_ask),
        "savings_against_limit": money(purchase.savings_against_limit),
        **(_benchmarks(purchase) if principal.may_read_all else _NO_BENCHMARKS),
    }


_NO_BENCHMARKS = {
    "competitive_price": None,
    "best_possible_price": None,
    "buyer_share": None,
    "competitive_share": None,
    "was_best_seller": None,
}


def _benchmarks(purchase: Purchase) -> dict[str, Decimal | float | bool | None]:
    return {
        "competitive_price": money(whole_cents(purchase.competitive_price)),
        "best_possible_price": money(whole_cents(purchase.best_possible_price)),
        "buyer_share": money(purchase.buyer_share),
        "competitive_share": money(purchase.competitive_share),
        "was_best_seller": purchase.was_best_seller,
    }
