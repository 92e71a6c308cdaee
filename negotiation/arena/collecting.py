"""What came of a game: read from its rooms once they are over, and kept in its row."""

from typing import Any

from django.db.models import Count, F, Q, Sum

from negotiation.arena.scoring import Effort, Ending, RoomScore, score_room, to_json
from negotiation.arena_models import ArenaGame
from negotiation.core.events import MindFailed
from negotiation.core.vocabulary import GameState, Party, RoomStatus
from negotiation.models import LLMCall, Message, NegotiationRun
from negotiation.records import Record
from negotiation.store import StoredRoom, read_history
from negotiation.violations import count_violations

GOOD_ENDINGS = (RoomStatus.COMPLETED, RoomStatus.NO_SELLERS)


def result_of(game: ArenaGame) -> tuple[GameState, dict[str, Any]]:
    """The state that the game has come to, and what is kept of it."""
    if game.session is None:
        return GameState.FAILED, {"error": "its session was deleted"}
    runs = list(NegotiationRun.objects.filter(session=game.session).select_related("item").order_by("id"))
    broken = [run for run in runs if run.status not in GOOD_ENDINGS]
    if broken:
        return GameState.FAILED, {"error": f"a room ended as {broken[0].status}"}
    return GameState.DONE, {"rooms": [to_json(_score(run)) for run in runs]}


def _score(run: NegotiationRun) -> RoomScore:
    stored, records = read_history(run.code)
    room = stored.room
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0.0
    ending = Ending(run.item.item_id, room.winner, room.terms, room.round, seconds)
    buyer, sellers = (_effort(stored, records, party) for party in (Party.BUYER, Party.SELLER))
    return score_room(stored.roster.setup, ending, buyer, sellers, str(run.code))


def _effort(stored: StoredRoom, records: list[Record], party: Party) -> Effort:
    failed = sum(isinstance(record.event, MindFailed) and record.event.party is party for record in records)
    is_buyers = Q(participant__isnull=party is Party.BUYER)
    made = LLMCall.objects.filter(is_buyers, run_id=stored.run_id).order_by()
    calls = made.aggregate(
        calls=Sum("attempts", default=0),
        tokens=Sum(F("input_tokens") + F("output_tokens"), default=0),
        cost=Sum("cost", default=0),
        seconds=Sum("seconds", default=0.0),
    )
    noted = made.exclude(why="").values_list("why").annotate(Count("id"))
    without_model = Message.objects.filter(run_id=stored.run_id, party=party).exclude(fallback="").count()
    return Effort(
        calls=calls["calls"],
        tokens=calls["tokens"],
        cost=float(calls["cost"]),
        seconds=round(calls["seconds"], 3),
        fallbacks=failed + without_model,
        violations=sum(count_violations(noted).values()),
    )
