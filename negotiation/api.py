"""Rooms and logs over HTTP. Live streams are in `sse` and `consumers`."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import InvalidRequest, LogNotFound, NotAllowed, Problem
from marketplace.idempotency import once
from marketplace.identity import Principal
from marketplace.schemas import PageIn
from negotiation import logs, services
from negotiation.access import history_for, room_for, seen_as, steer
from negotiation.core.visibility import OperatorViewer, Viewer, may_see_buyer_limits, may_see_seller
from negotiation.errors import RoomNotFound
from negotiation.figures import Frame, money
from negotiation.frames import buyer_constraints, to_json
from negotiation.models import LLMCall, NegotiationRun, Outcome
from negotiation.programs import is_program
from negotiation.recent import RecentAnswers, Standing
from negotiation.records import Record, Roster
from negotiation.schemas import (
    DecisionIn,
    DecisionQueryIn,
    MessageIn,
    MessageOut,
    ModelCallOut,
    ModelCallsOut,
    OutcomeOut,
    PaceIn,
    StartedOut,
    StateOut,
    StatusOut,
)
from negotiation.store import StoredRoom
from negotiation.violations import count_violations

room_router = Router(tags=["rooms"])
logs_router = Router(tags=["logs"])


@room_router.post("/{room_id}/start", response=StartedOut)
def start(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    """Queue the room for a worker; a second start is 409."""
    principal = principal_of(request)
    steer(principal, room_id)

    def act() -> dict[str, Any]:
        return {
            "status": "active",
            "run_id": room_id,
            "started_at": services.start(room_id),
            "stream_url": f"/api/v1/negotiation/{room_id}/stream",
            "ws_url": f"/ws/negotiation/{room_id}/",
        }

    return once(request, principal, act)


@room_router.post("/{room_id}/message", response={202: MessageOut})
def send_message(request: HttpRequest, room_id: UUID, payload: MessageIn) -> Status[dict[str, Any]]:
    """Speak for the buyer; the sellers mentioned by @name, or all, answer in their next turn."""
    principal = principal_of(request)
    steer(principal, room_id)

    def act() -> dict[str, Any]:
        sent = services.send_message(room_id, payload.message)
        return {
            "message_id": sent.message_id,
            "timestamp": sent.at,
            "mentioned_sellers": sent.addressed_to,
            "processing": True,
        }

    return Status(202, once(request, principal, act))


@room_router.post("/{room_id}/decide", response=OutcomeOut)
def decide(
    request: HttpRequest, room_id: UUID, query: Query[DecisionQueryIn], payload: DecisionIn | None = None
) -> dict[str, Any]:
    """Decide now on what stands, or close by hand. Query parameters, body, or some of it in each, say the same.

    The buyer may take a standing offer; an operator may also put other terms on record that both sides' limits allow.
    """
    principal = principal_of(request)
    steer(principal, room_id)
    wanted = _merged(query, payload)
    return once(request, principal, lambda: _outcome(_decide(principal, room_id, wanted)))


@room_router.post("/{room_id}/pause", response=StatusOut)
def pause(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    return _change(request, room_id, services.pause)


@room_router.post("/{room_id}/resume", response=StatusOut)
def resume(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    return _change(request, room_id, services.resume)


@room_router.post("/{room_id}/step", response=StatusOut)
def step(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    """Play one more round and pause before the next bids; a room that is paused goes on for that."""
    return _change(request, room_id, services.step)


@room_router.post("/{room_id}/pace", response=StatusOut)
def pace(request: HttpRequest, room_id: UUID, payload: PaceIn) -> dict[str, Any]:
    """Rest so many seconds before each turn, from the next turn on."""
    return _change(request, room_id, lambda code: services.change_pace(code, payload.turn_seconds))


@room_router.post("/{room_id}/cancel", response=StatusOut)
def cancel(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    return _change(request, room_id, services.cancel)


@room_router.get("/{room_id}/state", response=StateOut, exclude_unset=True)
def state(request: HttpRequest, room_id: UUID, agent_id: str = "", agent_type: str = "") -> HttpResponse:
    """The room as the caller may see it. Operators may name an agent to see it with that agent's eyes."""
    stored, records, _ = history_for(principal_of(request), room_id)
    viewer = seen_as(principal_of(request), stored, agent_type, agent_id)
    standing = Standing(stored.roster, stored.status, stored.last_hash)
    answers: RecentAnswers = apps.get_app_config("negotiation").answers  # type: ignore[attr-defined]
    answer = answers.get(stored.run_id, viewer, standing)
    if answer is None:
        answer = to_json(_state(stored, records, viewer)).encode()
        answers.keep(stored.run_id, viewer, standing, answer)
    # Made as JSON here: to have a long conversation checked against its schema would cost more than to read it.
    return HttpResponse(answer, content_type="application/json; charset=utf-8")


@room_router.get("/{room_id}/model-calls", response=ModelCallsOut)
def model_calls(request: HttpRequest, room_id: UUID, page: Query[PageIn]) -> dict[str, Any]:
    """What models were asked and answered in this room, and what it cost. For operators only."""
    stored, viewer = room_for(principal_of(request), room_id)
    if not isinstance(viewer, OperatorViewer):
        raise NotAllowed("Only operators may read what models were asked.")
    calls = LLMCall.objects.filter(run_id=stored.run_id)
    shown = calls.select_related("participant").order_by("id")[page.offset : page.offset + page.limit]
    spent = calls.spending()
    return {
        "room_id": room_id,
        "total": calls.count(),
        "tokens": spent.tokens,
        "cost": float(spent.cost),
        "violations": _violations(stored),
        "calls": [_model_call(call, stored.roster) for call in shown],
    }


@logs_router.get("/{session_id}/{room_id}")
def log(request: HttpRequest, session_id: UUID, room_id: UUID) -> dict[str, Any]:
    """The room's log as the caller may see it; for operators also after its session was deleted."""
    principal = principal_of(request)
    try:
        stored, records, viewer = history_for(principal, room_id)
    except RoomNotFound as missing:
        saved = logs.read_saved(session_id, room_id) if principal.may_read_all else None
        if saved is None:
            raise LogNotFound("There is no log of this room.") from missing
        return saved
    if stored.roster.session_id != session_id:
        raise LogNotFound("There is no log of this room.")
    return logs.build(stored, records, viewer)


def _state(stored: StoredRoom, records: Sequence[Record], viewer: Viewer) -> Frame:
    room = stored.room
    body: Frame = {
        "room_id": str(stored.roster.room_id),
        "item_name": room.setup.item_name,
        "status": stored.status,
        "current_round": room.round,
        "max_rounds": room.setup.max_rounds,
        "conversation_history": logs.conversation(records, stored.roster, viewer),
        "current_offers": {
            thread.seller_id: {
                "price": money(thread.quote.terms.unit_price),
                "quantity": thread.quote.terms.quantity,
            }
            for thread in room.threads
            if thread.quote is not None and may_see_seller(viewer, thread.seller_id)
        },
        "last_seq": stored.last_seq,
    }
    if may_see_buyer_limits(viewer):
        body["buyer_constraints"] = buyer_constraints(stored.roster)
    return body


def _change(request: HttpRequest, room_id: UUID, change: Callable[[UUID], None]) -> dict[str, Any]:
    principal = principal_of(request)
    steer(principal, room_id)

    def act() -> dict[str, Any]:
        change(room_id)
        return {
            "room_id": room_id,
            "status": NegotiationRun.objects.values_list("status", flat=True).get(code=room_id),
        }

    return once(request, principal, act)


def _merged(query: DecisionIn, body: DecisionIn | None) -> DecisionIn:
    """Raises InvalidRequest where the two contradict each other, or where a body says nothing that is known: what was
    meant by it must not end the room otherwise.
    """
    told = query.model_dump(exclude_none=True)
    said = body.model_dump(exclude_none=True, include=set(DecisionIn.model_fields)) if body else {}
    contradicted = [field for field, value in said.items() if told.get(field, value) != value]
    if contradicted:
        raise InvalidRequest([Problem(field, "the query says something else") for field in contradicted])
    wanted = DecisionIn.model_construct(**told | said)
    strange = body.model_extra if body else None
    if strange and wanted.decision_type is None and wanted.selected_seller_id is None:
        raise InvalidRequest([Problem(field, "is unknown here") for field in strange])
    return wanted


def _decide(principal: Principal, room_id: UUID, wanted: DecisionIn) -> Outcome:
    note = wanted.decision_reason or ""
    if wanted.decision_type == "no_deal":
        outcome = services.force_no_deal(room_id, note=note)
        audit.note(principal.name, "closed by hand", room=room_id, result=outcome.result)
        return outcome
    if not wanted.model_fields_set - {"decision_reason"}:
        return services.decide_now(room_id, by_program=is_program(principal))
    if wanted.selected_seller_id is None:
        raise InvalidRequest([Problem("selected_seller_id", "is needed for a deal")])
    take = partial(services.take_offer, by_program=is_program(principal))
    close = services.force_deal if principal.is_operator else take
    outcome = close(room_id, str(wanted.selected_seller_id), wanted.final_price_per_unit, wanted.quantity, note=note)
    audit.note(principal.name, "closed by hand", room=room_id, result=outcome.result)
    return outcome


def _model_call(call: LLMCall, roster: Roster) -> dict[str, Any]:
    seat = call.participant
    shown = {name: getattr(call, name) for name in ModelCallOut.model_fields if hasattr(call, name)}
    return {
        **shown,
        "call_id": call.code,
        "seller_id": seat.seller_code if seat else None,
        "agent_name": seat.name if seat else roster.setup.buyer_name,
        "message_id": roster.message_id(call.seq) if call.seq else None,
        "prompt": json.loads(call.prompt) if call.prompt else [],
    }


def _violations(stored: StoredRoom) -> list[dict[str, Any]]:
    noted = (
        LLMCall.objects.filter(run_id=stored.run_id)
        .exclude(why="")
        .order_by(F("participant").asc(nulls_first=True))
        .values_list("participant__seller_code", "participant__name", "why")
        .annotate(calls=Count("pk"))
    )
    by_seat: dict[tuple[UUID | None, str], list[tuple[str, int]]] = {}
    for seller_id, name, why, calls in noted:
        by_seat.setdefault((seller_id, name or stored.roster.setup.buyer_name), []).append((why, calls))
    counted = ((seat, count_violations(rows)) for seat, rows in by_seat.items())
    return [{"seller_id": seat[0], "agent_name": seat[1], "violations": counts} for seat, counts in counted if counts]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "outcome_id": outcome.code,
        "decision_type": outcome.result,
        "selected_seller_id": outcome.participant.seller_code if outcome.participant else None,
        "final_price": money(outcome.unit_price),
        "quantity": outcome.quantity,
        "total_cost": money(outcome.total_cost),
    }
