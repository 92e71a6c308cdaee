"""Anonymous matches over HTTP, and the negotiation that one of them leads to."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import BaseModel, Field

from marketplace.callers import principal_of
from marketplace.fields import ItemId, Timestamp
from marketplace.idempotency import once
from marketplace.throttling import Kind, charge
from negotiation import matches
from negotiation.core.vocabulary import Holder, Party
from negotiation.desk import negotiation_out
from negotiation.desk_places import find_place
from negotiation.desk_schemas import NegotiationOut, Remark

router = Router(tags=["matches"])


class MatchesQueryIn(BaseModel):
    session_id: UUID
    item_id: ItemId


class StartIn(BaseModel):
    match_token: Annotated[str, Field(min_length=1, max_length=100)]
    message: Remark = ""
    seat: Literal["agent", "person", "program"]


class MatchOut(Schema):
    match_token: str | None
    quantity_band: str
    region: str | None
    terms: dict[str, list[int]]


class MatchesOut(Schema):
    item_id: str
    item_name: str
    quantity_needed: int
    matches: list[MatchOut]
    expires_at: Timestamp | None


@router.get("/matches", response=MatchesOut)
def list_matches(request: HttpRequest, query: Query[MatchesQueryIn]) -> dict[str, Any]:
    """Who could serve the item, without who it is; in no order. The tokens of the list before are void."""
    found = matches.list_matches(principal_of(request), query.session_id, query.item_id)
    return {
        "item_id": found.item.item_id,
        "item_name": found.item.item_name,
        "quantity_needed": found.item.quantity_needed,
        "matches": [
            {
                "match_token": match.token,
                "quantity_band": match.quantity_band,
                "region": match.region or None,
                "terms": match.terms,
            }
            for match in found.matches
        ],
        "expires_at": found.expires_at,
    }


@router.post("/negotiations/start", response={201: NegotiationOut})
def start(request: HttpRequest, payload: StartIn) -> Status[dict[str, Any]]:
    """Open a negotiation with the seller behind a match, which uses up its token. Both sides learn the other's name."""
    principal = principal_of(request)

    def act() -> dict[str, Any]:
        charge(Kind.SET_UP, principal.name)
        code = matches.start(principal, payload.match_token, Holder(payload.seat), payload.message)
        side = Party.BUYER if principal.is_operator else None
        return negotiation_out(find_place(principal, code, side))

    return Status(201, once(request, principal, act))
