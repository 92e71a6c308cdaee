"""How well rooms were bargained, measured against what was possible: a page and a file for a set of rooms."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from marketplace.callers import readers_page
from marketplace.csv_files import Cell, csv_response
from marketplace.models import MINDS, Session
from marketplace.pages import analysis_words as words
from negotiation.core.samples import Gist, study
from negotiation.core.vocabulary import Party
from negotiation.summary import Choice, Collection, EndedRoom, Ending, Kind, collect

LONGEST_SEARCH = 100
MOST_LEFT = 8
ENDINGS = (
    (Ending.DEAL, "Deal"),
    (Ending.MISSED, "Possible deal missed"),
    (Ending.IMPOSSIBLE, "No deal possible"),
    (Ending.FALSE_DEAL, "Deal outside the limits"),
)
KINDS = (
    (Kind.REAL, "Purchases"),
    (Kind.WHAT_IF, "What-ifs"),
    (Kind.ARENA, "Arenas"),
    (Kind.ALL, "All"),
)
HEADINGS = (
    *("room_id", "session_id", "session", "item", "ended_at", "currency", "buyer_mind", "seller_minds", "ending"),
    *("able_sellers", "limit", "price", "competitive_price", "ideal_price"),
    *("competitive_share", "ideal_share", "seller_share", "efficiency", "split", "nash_ratio", "jain_index"),
    *("core_seller_won", "in_core", "regret", "left_by_buyer", "left_by_seller"),
    *("saved_against_ask", "saved_against_best_ask", "saved_against_limit", "opening_gap", "buyer_gave", "seller_gave"),
    *("rounds", "seconds", "model_calls", "tokens", "cost", "stand_ins"),
)
SIXTH = Decimal("0.000001")
Word = TypeVar("Word", Ending, Kind)


@dataclass(frozen=True, slots=True)
class Group:
    """Rooms that have something in common, as a line of a table."""

    name: str
    rooms: int
    deals: str
    competitive_share: str
    interval: str
    ideal_share: str
    saved: str
    rounds: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """A room whose buyer left much on the table; `part` of its limit."""

    room: EndedRoom
    left: Decimal
    part: str


@require_safe
@readers_page
def analysis(request: HttpRequest) -> HttpResponse:
    """Anything may be asked; what makes no sense finds all."""
    choice = choice_in(request)
    collection = collect(choice)
    found = study(collection.cases)
    page = {
        "nav": "analysis",
        "choice": choice,
        "query": query_of(choice),
        "api_query": query_of(choice).replace("session=", "session_id="),
        "session": Session.objects.filter(code=choice.session).first() if choice.session else None,
        "minds": _minds(choice),
        "endings": ENDINGS,
        "kinds": KINDS,
        "collection": collection,
        "sessions_count": len({room.session_id for room in collection.rooms}),
        "counts": found.counts,
        "headlines": words.headlines(found),
        "sections": words.sections(found),
        "bars": words.bars(found.histogram),
        "spread": words.on_spread(found.histogram),
        "has_spread": any(each.count for each in found.histogram),
        "anchoring": words.on_anchoring(found.anchoring),
        "position": words.on_position(found.position),
        "groupings": _groupings(collection),
        "leavings": leavings(collection.rooms),
    }
    return render(request, "analysis.html", page)


@require_safe
@readers_page
def analysis_csv(request: HttpRequest) -> HttpResponse:
    """A line for each room with all its measures."""
    return csv_response("analysis.csv", HEADINGS, _rows(collect(choice_in(request)).rooms))


def choice_in(request: HttpRequest) -> Choice:
    asked = request.GET
    return Choice(
        words=asked.get("q", "").strip()[:LONGEST_SEARCH],
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        mind=asked.get("mind", "")[:LONGEST_SEARCH],
        ending=_one_of(Ending, asked.get("ending", "")),
        kind=_one_of(Kind, asked.get("kind", "")) or Kind.REAL,
        session=_code(asked.get("session", "")),
    )


def query_of(choice: Choice) -> str:
    """As the addresses of the files ask it."""
    asked = {
        "q": choice.words,
        "since": choice.since,
        "until": choice.until,
        "mind": choice.mind,
        "ending": choice.ending,
        "kind": choice.kind if choice.kind != Kind.REAL else "",
        "session": choice.session,
    }
    return urlencode({name: value for name, value in asked.items() if value})


def leavings(rooms: Sequence[EndedRoom]) -> list[Leaving]:
    """The most first; none where nothing was left."""
    found = []
    for room in rooms:
        left, limit = room.measures.left_by(Party.BUYER), room.measures.limit
        if left and left > 0 and limit > 0:
            found.append((left / limit, Leaving(room, left, words.percent(float(left / limit)))))
    found.sort(key=lambda each: -each[0])
    return [leaving for _, leaving in found[:MOST_LEFT]]


def _groupings(collection: Collection) -> list[tuple[str, list[Group]]]:
    """Without those that all rooms are alike in."""
    named: list[tuple[str, Callable[[EndedRoom], str]]] = [
        ("Buyer's mind", lambda room: room.buyer_mind),
        ("Sellers' minds", EndedRoom.named_seller_minds),
        ("Item", lambda room: room.item_name),
    ]
    found = [(title, [_group(*group) for group in collection.by(key)]) for title, key in named]
    return [(title, groups) for title, groups in found if len(groups) > 1]


def _group(name: str, gist: Gist) -> Group:
    counts = gist.counts
    return Group(
        name=name,
        rooms=counts.rooms,
        deals=f"{counts.deals:,} of {counts.possible:,}",
        competitive_share=words.shown(gist.competitive_share),
        interval=words.interval(gist.competitive_share),
        ideal_share=words.shown(gist.ideal_share),
        saved=words.NOTHING if gist.saved_against_ask is None else words.percent(gist.saved_against_ask),
        rounds=words.NOTHING if gist.rounds is None else f"{gist.rounds:.1f}",
    )


def _rows(rooms: Sequence[EndedRoom]) -> Iterator[tuple[Cell, ...]]:
    for room in rooms:
        measures, case, path = room.measures, room.case, room.measures.path
        yield (
            *(str(room.room_id), str(room.session_id), room.session_name, room.item_name, room.ended_at),
            *(room.currency, room.buyer_mind, room.named_seller_minds(), room.ending.value),
            *(measures.able, measures.limit, measures.price, measures.competitive_price, measures.ideal_price),
            *(_short(measures.competitive_share), _short(measures.ideal_share), _short(measures.seller_share)),
            *(_short(measures.efficiency), _short(measures.split)),
            *(_short(measures.nash_ratio), _short(measures.jain_index)),
            *(measures.has_core_winner, measures.is_in_core, measures.regret),
            *(measures.left_by(Party.BUYER), measures.left_by(Party.SELLER)),
            *(measures.saved_against_ask, measures.saved_against_best_ask, measures.saved_against_limit),
            *((path.opening_gap, _short(path.buyer_part), _short(path.seller_part)) if path else (None,) * 3),
            *(measures.rounds, case.seconds, case.calls, case.tokens, case.cost, case.stand_ins),
        )


def _minds(choice: Choice) -> list[tuple[str, str]]:
    """Those that a session may have, and the one asked for if it is another."""
    known = [(name, label.partition(" (")[0]) for name, label in MINDS]
    return known if not choice.mind or choice.mind in dict(known) else [*known, (choice.mind, choice.mind)]


def _short(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.quantize(SIXTH)


def _one_of(kinds: type[Word], asked: str) -> Word | None:
    return kinds(asked) if asked in list(kinds) else None


def _day(asked: str) -> date | None:
    try:
        return parse_date(asked)
    except ValueError:
        return None


def _code(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None
