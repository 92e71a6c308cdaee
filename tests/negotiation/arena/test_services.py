import pytest

from marketplace.models import Session
from negotiation import logs
from negotiation.arena import running
from negotiation.arena.running import tend
from negotiation.arena.scenarios import bundled
from negotiation.arena.services import (
    cancel,
    comparison_of,
    delete_arena,
    find_arena,
    games_of,
    leaders_of,
    pause,
    progress_of,
    results_csv,
    results_document,
    results_of,
    resume,
    table_of,
)
from negotiation.arena_models import Arena
from negotiation.core.vocabulary import Party, RoomStatus
from negotiation.errors import AlreadyDecided, ArenaNotFound, NotActive
from negotiation.models import NegotiationRun, RunEvent
from tests import bodies
from tests.arenas import a_scenario, an_arena, play_arena, states

pytestmark = pytest.mark.django_db

BOTH = ("strategy", "boulware(exponent=3)")


def test_paused_arena_opens_no_game_and_collects_those_in_play(few_open, play):
    arena = an_arena(repeats=few_open + 1)
    while tend():
        pass

    pause(arena)
    for code in NegotiationRun.objects.values_list("code", flat=True):
        play(str(code))
    while tend():
        pass

    arena.refresh_from_db()
    assert (arena.state, states(arena)) == ("paused", {"done": few_open, "waiting": 1})
    resume(arena)
    assert play_arena(arena, play).state == "finished"


def test_cancelled_arena_ends_its_rooms_and_keeps_what_was_played(play):
    arena = an_arena(repeats=7)
    tend()
    first, *_ = NegotiationRun.objects.values_list("code", flat=True)
    play(str(first))
    running._collect(arena)

    cancel(arena)

    assert states(arena) == {"done": 1, "failed": 4, "waiting": 2}
    assert not NegotiationRun.objects.filter(status=RoomStatus.QUEUED).exists()
    assert len(results_of(arena)) == 1
    assert tend() is False


def test_what_is_over_is_neither_paused_nor_resumed_nor_cancelled(play):
    arena = play_arena(an_arena(), play)

    for act in (pause, resume, cancel):
        with pytest.raises(AlreadyDecided, match="it is finished"):
            act(arena)


def test_what_plays_is_not_resumed():
    with pytest.raises(NotActive, match="is not paused: it is waiting"):
        resume(an_arena())


def test_deleted_arena_takes_its_sessions_rooms_and_logs_along(play):
    arena, other = play_arena(an_arena(repeats=2), play), an_arena()
    [session, _] = Session.objects.order_by("id")
    assert logs.has_saved(session.code)

    delete_arena(arena)

    assert list(Arena.objects.all()) == [other]
    assert not Session.objects.exists()
    assert not RunEvent.objects.exists()
    assert not logs.has_saved(session.code)
    with pytest.raises(ArenaNotFound):
        find_arena(arena.code)


def test_arena_is_deleted_while_it_plays():
    arena = an_arena(repeats=3)
    tend()

    delete_arena(arena)

    assert not Session.objects.exists()


def test_progress_counts_games_and_its_version_changes_with_them(play):
    arena = an_arena(repeats=2)
    before = progress_of(arena)

    play_arena(arena, play)

    after = progress_of(arena)
    assert (before.total, before.waiting, before.share, before.seconds_left) == (2, 2, 0.0, None)
    assert (after.done, after.share, after.state) == (2, 1.0, "finished")
    assert before.version != after.version


def test_tables_and_leaders_are_of_what_has_been_played(play):
    arena = play_arena(an_arena(*bundled("two", 2), buyers=BOTH), play)

    table = table_of(arena)

    assert table.done == 4
    assert table.buyer_rows[0].mind == leaders_of([arena])[arena.pk][0]
    assert comparison_of(arena, Party.BUYER, *BOTH).count == 2
    assert leaders_of([other := an_arena()])[other.pk] is None


def test_cell_lists_its_games_worst_for_the_buyer_first(play):
    arena = play_arena(an_arena(*bundled("bilateral", 3), *bundled("no_deal", 1)), play)

    lines = games_of(arena, "strategy", "strategy")

    shares = [line.ideal_share for line in lines]
    assert shares[:3] == sorted(shares[:3])
    assert (lines[-1].scenario, lines[-1].result) == ("no_deal-001", "no_deal")
    assert Session.objects.filter(code=lines[0].session_code).exists()
    assert NegotiationRun.objects.filter(code=lines[0].room_code).exists()


def test_documents_hold_every_room(play):
    arena = play_arena(an_arena(a_scenario(buyer=bodies.buyer(bodies.item(), bodies.item(item_id="none")))), play)

    told = results_document(arena)

    assert [room["is_deal"] for room in told["rooms"]] == [True, False]
    assert told["arena_id"] == str(arena.code)
    assert len(results_csv(arena).splitlines()) == 3
