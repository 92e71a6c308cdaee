import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from marketplace.models import Session
from marketplace.pages import arena_games
from negotiation.arena_models import Arena, ArenaGame
from tests import accounts, bodies
from tests.arenas import a_scenario, an_arena, play_arena
from tests.marketplace.catalogue import make_seller

pytestmark = pytest.mark.django_db

SCORE = {
    "item_id": "desk",
    "item": "Desk",
    "is_feasible": True,
    "is_deal": True,
    "seller": "Acme",
    "price": "100.00",
    "quantity": 5,
    "competitive_share": 0.9,
    "ideal_share": 0.8,
    "seller_share": 0.2,
    "efficiency": 1.0,
    "nash_ratio": 0.64,
    "rounds": 3,
    "seconds": 1.0,
    "buyer_effort": {},
    "sellers_effort": {},
    "room": "",
}
NOTHING_WON = {"is_deal": False, "seller": "", "price": "", "competitive_share": 0.0, "ideal_share": 0.0}


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


def two_minds(scenarios: int = 3, **changes) -> Arena:
    """A patient buyer and a brisk one with nothing played yet."""
    minds = {"buyers": ("strategy(temperament=patient)", "strategy(temperament=brisk)"), **changes}
    return an_arena(*(a_scenario(f"market-{number}") for number in range(scenarios)), name="Spring", **minds)


def decide(arena: Arena, shares: dict[str, list[float]]) -> Arena:
    """Each buyer's share in scenario after scenario."""
    for game in arena.games.all():
        if game.scenario < len(shares[game.buyer]):
            share = shares[game.buyer][game.scenario]
            score = {**SCORE, "ideal_share": share, "competitive_share": share, "seller_share": round(1 - share, 4)}
            ArenaGame.objects.filter(pk=game.pk).update(state="done", result={"rooms": [score]})
    return arena


def patient_wins() -> Arena:
    return decide(
        two_minds(), {"strategy(temperament=patient)": [0.9, 0.8, 0.7], "strategy(temperament=brisk)": [0.5, 0.4, 0.5]}
    )


def page_of(client: Client, name: str, arena: Arena | None = None, **query: str) -> str:
    response = client.get(reverse(name, args=[arena.code] if arena else []), query)
    assert response.status_code == 200, response
    return " ".join(unescape(response.content.decode()).split())


def form(**changes: object) -> dict[str, object]:
    asked = {"name": "Spring", "buyers": "strategy", "sellers": "strategy", "repeats": "1", "seed": "1"}
    return {**asked, "market_two": "1", **changes}


def words_of(page: str) -> str:
    """Without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_list_without_an_arena_says_what_one_is(staff):
    assert "An arena lets each buyer's mind you choose bargain" in page_of(staff, "arenas")


def test_list_tells_how_far_each_arena_is_and_who_leads(staff):
    patient_wins()

    told = words_of(page_of(staff, "arenas"))

    assert "2 buyers × 1 sellers' mind × 3 scenarios = 6 games" in told
    assert "6 of 6" in told
    assert "strategy temperament= patient 0.800" in told


def test_page_of_an_arena_that_has_not_begun_says_what_it_waits_for(staff):
    page = page_of(staff, "arena", two_minds())

    assert "The first games are at work" in page
    assert "0</b> of 6 games over" in page
    assert "results.csv" not in page


def test_grid_shows_each_pair_with_its_interval_and_leads_to_its_games(staff):
    arena = patient_wins()

    page = page_of(staff, "arena", arena, measure="ideal_share")

    assert f'href="{reverse("arena_games", args=[arena.code])}?buyer=1&sellers=0"' in page
    assert "0.800" in page
    assert re.search(r"0\.7\d\d to 0\.[89]\d\d", page)


def test_better_pair_is_coloured_deeper(staff):
    page = page_of(staff, "arena", patient_wins())

    cells = re.findall(r'<td class="heat-(\d)"><a href="[^"]*buyer=(\d)', page)

    assert cells == [("9", "0"), ("0", "1")]


@pytest.mark.parametrize(("measure", "shown"), [("deals", "100.0 %"), ("rounds", "3.0"), ("no_such", "0.800")])
def test_grid_shows_the_measure_that_is_asked_for(staff, measure, shown):
    page = page_of(staff, "arena", patient_wins(), measure=measure)

    assert f'<b class="number">{shown}</b>' in page


def test_leaderboard_puts_the_better_mind_first(staff):
    page = page_of(staff, "arena", patient_wins())

    board = page[page.index("Best buyers") : page.index("Best sellers")]
    assert board.index("patient") < board.index("brisk")
    assert 'class="bar-range"' in board


def test_two_leaders_are_compared_on_the_same_rooms_unasked(staff):
    told = words_of(page_of(staff, "arena", patient_wins()))

    assert re.search(
        r"strategy\(temperament=patient\) is better than strategy\(temperament=brisk\) by 0\.333 "
        r"\(0\.\d{3} to 0\.\d{3}\) in the buyer's share on the same 3 rooms\.",
        told,
    )


def test_comparison_names_the_better_mind_first_however_it_is_asked(staff):
    told = words_of(page_of(staff, "arena", patient_wins(), one="buyer:1", other="buyer:0"))

    assert "strategy(temperament=patient) is better than strategy(temperament=brisk) by 0.333" in told


def test_difference_within_the_noise_is_not_called_better(staff):
    shares = {"strategy(temperament=patient)": [0.9, 0.1, 0.7], "strategy(temperament=brisk)": [0.1, 0.8, 0.6]}

    told = words_of(page_of(staff, "arena", decide(two_minds(), shares)))

    assert "Nobody can tell which is better" in told
    assert "is better than" not in told.replace("Is strategy", "")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"one": "buyer:0", "other": "seller:0"}, "Choose two buyers, or two sellers' minds."),
        ({"one": "buyer:0", "other": "buyer:0"}, "Choose two minds that differ."),
        ({"one": "buyer:9", "other": "x"}, "is better than strategy(temperament=brisk)"),
    ],
)
def test_what_cannot_be_compared_is_said(staff, asked, words):
    assert words in page_of(staff, "arena", patient_wins(), **asked)


def test_games_of_a_cell_begin_with_the_worst(staff):
    arena = patient_wins()

    page = page_of(staff, "arena_games", arena, buyer="0", sellers="0")

    assert re.findall(r"market-\d(?=<span class=\"beneath)", page) == ["market-2", "market-1", "market-0"]


def test_games_are_sorted_as_asked(staff):
    page = page_of(staff, "arena_games", patient_wins(), buyer="0", sellers="0", sort="-ideal_share")

    assert re.findall(r"market-\d(?=<span class=\"beneath)", page) == ["market-0", "market-1", "market-2"]
    assert 'aria-sort="descending"><a href="?buyer=0&sellers=0&sort=ideal_share"' in page


def test_missed_deal_is_called_one(staff):
    arena = patient_wins()
    missed = ArenaGame.objects.filter(arena=arena, buyer=arena.buyers[0], scenario=1)
    missed.update(result={"rooms": [{**SCORE, **NOTHING_WON, "seller_share": 0.0, "efficiency": 0.0}]})

    page = page_of(staff, "arena_games", arena, buyer="0", sellers="0")

    assert 'class="is-miss">Missed deal' in page
    assert page.index("market-1<") < page.index("market-2<")


def test_games_go_on_page_by_page(staff, monkeypatch):
    monkeypatch.setattr(arena_games, "ON_A_PAGE", 2)

    page = page_of(staff, "arena_games", patient_wins(), buyer="0", sellers="0", page="2")

    assert "3 to 3 of 3" in page
    assert 'rel="prev" href="?buyer=0&sellers=0&page=1"' in page


@pytest.mark.parametrize("places", [{"buyer": "2"}, {"sellers": "x"}, {"buyer": "9" * 5000}, {"buyer": "-1"}])
def test_cell_that_is_not_there_is_not_found(staff, places):
    arena = two_minds()

    assert staff.get(reverse("arena_games", args=[arena.code]), places).status_code == 404


def test_game_leads_to_its_room_and_back(staff, play):
    arena = play_arena(an_arena(a_scenario(), name="Spring"), play)

    games = page_of(staff, "arena_games", arena)
    session = Session.objects.get(is_arena=True)
    room = session.runs.get()
    pages = [
        page_of(staff, name, thing)
        for name, thing in (("floor", session), ("sheet", session), ("room", room), ("replay", room))
    ]

    for name, thing in (("room", room), ("replay", room), ("sheet", session)):
        assert reverse(name, args=[thing.code]) in games
    for page in pages:
        assert f'a game of <a href="{arena.get_absolute_url()}">Spring</a>' in page
        assert "branched" not in page


def test_session_of_an_arena_is_in_no_list_of_sessions(staff, play, open_session):
    mine = open_session()["session_id"]
    play_arena(an_arena(a_scenario()), play)
    code = str(Session.objects.get(is_arena=True).code)

    for name in ("home", "sessions"):
        page = page_of(staff, name)
        assert mine in page
        assert code not in page


def test_room_of_an_arena_that_runs_is_not_among_those_that_run_on_home(staff, open_session, room_id, operator):
    operator.post(f"/negotiation/{room_id}/start")
    assert room_id in page_of(staff, "home")

    Session.objects.update(is_arena=True)

    assert room_id not in page_of(staff, "home")


def test_arena_is_paused_and_resumed(staff):
    arena = two_minds()

    staff.post(reverse("pause_arena", args=[arena.code]))
    paused = page_of(staff, "arena", arena)
    staff.post(reverse("resume_arena", args=[arena.code]))
    arena.refresh_from_db()

    assert ">Resume</button>" in paused
    assert arena.state == "playing"


def test_arena_is_cancelled_when_that_is_confirmed(staff):
    arena = two_minds()
    address = reverse("cancel_arena", args=[arena.code])

    asked = staff.get(address).content.decode()
    before = Arena.objects.get().state
    staff.post(address)

    assert "Cancel this arena?" in asked
    assert (before, Arena.objects.get().state) == ("waiting", "cancelled")


def test_step_that_comes_too_late_is_said(staff):
    arena = two_minds()
    staff.post(reverse("cancel_arena", args=[arena.code]))

    page = staff.post(reverse("pause_arena", args=[arena.code]), follow=True).content.decode()

    assert "Not done: the arena is not being played: it is cancelled." in page


def test_arena_is_deleted_when_that_is_confirmed(staff):
    arena = two_minds()
    address = reverse("delete_arena", args=[arena.code])

    asked = staff.get(address).content.decode()
    assert "its 6 games" in asked
    assert Arena.objects.exists()

    page = staff.post(address, follow=True).content.decode()
    assert "Spring was deleted." in page
    assert not Arena.objects.exists()


def test_auditor_looks_and_is_offered_nothing_to_do(db):
    auditor = Client()
    auditor.force_login(accounts.auditor())
    arena = two_minds()

    assert "New arena" not in page_of(auditor, "arenas")
    page = page_of(auditor, "arena", arena)
    for name in ("pause_arena", "cancel_arena", "delete_arena"):
        assert reverse(name, args=[arena.code]) not in page


def test_arena_is_made_as_the_form_says(staff):
    asked = form(buyers="strategy\nboulware(exponent=3); linear\n", repeats="2", seed="7", market_tie="2")

    response = staff.post(reverse("new_arena"), asked)

    made = Arena.objects.get()
    assert response["Location"] == made.get_absolute_url()
    assert made.buyers == ["strategy", "boulware(exponent=3)", "linear"]
    assert [one["name"] for one in made.scenarios] == ["two-001", "tie-001", "tie-002"]
    assert (made.name, made.repeats, made.seed) == ("Spring", 2, 7)
    assert made.made_by.startswith("user/")


def test_form_begins_with_what_can_be_played(staff):
    page = page_of(staff, "new_arena")
    values = dict(re.findall(r'<input type="number" name="(\w+)" value="(\d+)"', page))
    minds = dict(re.findall(r'<textarea name="(\w+)"[^>]*>\s*([^<]+)</textarea>', page))

    lines = {name: "\n".join(text.split()) for name, text in minds.items()}
    told = staff.post(reverse("check_arena"), {**values, **lines})

    assert told.json() == {
        "words": "2 buyers × 2 sellers' minds × 20 scenarios = 80 games. No language model is asked.",
        "errors": {},
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"buyers": "strategy\nno_such"}, "Mind 2: there is no buyer's mind 'no_such'"),
        ({"sellers": "boulware(exponent=99)"}, "Mind 1: "),
        ({"sellers": " \n"}, "Choose at least one sellers' mind."),
        ({"market_two": "0"}, "at least one scenario is needed"),
        ({"market_two": "100000"}, "less than or equal to"),
        ({"repeats": "0"}, "greater than or equal to 1"),
        ({"seed": "x"}, "Enter a whole number."),
        ({"items": ["nothing"]}, "No seller stocks nothing any more."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_played(staff, changes, words):
    response = staff.post(reverse("new_arena"), form(**changes))

    assert response.status_code == 400
    errors = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', unescape(response.content.decode()), re.DOTALL)
    assert any(words in error for error in errors), errors
    assert not Arena.objects.exists()


def test_file_of_scenarios_is_played(staff):
    scenario = {"name": "laptops", "initialize": bodies.session()}
    upload = SimpleUploadedFile("mine.json", json.dumps({"scenarios": [scenario]}).encode())

    staff.post(reverse("new_arena"), form(market_two="", file=upload))

    assert [one["name"] for one in Arena.objects.get().scenarios] == ["laptops"]


def test_all_broken_rows_of_a_file_are_told(staff):
    broken = {"scenarios": [{"name": "a", "initialize": {}}, {"name": "b"}]}
    upload = SimpleUploadedFile("mine.json", json.dumps(broken).encode())

    page = unescape(staff.post(reverse("new_arena"), form(file=upload)).content.decode())

    assert "line 1 (scenarios[0]): buyer" in page
    assert "line 1 (scenarios[1]): " in page
    assert not Arena.objects.exists()


def test_file_that_is_no_text_is_refused(staff):
    upload = SimpleUploadedFile("mine.csv", b"\xff\xfe\x00")

    assert "is not in UTF-8" in staff.post(reverse("new_arena"), form(file=upload)).content.decode()


def test_own_items_are_played_with_their_standing_sellers(staff):
    make_seller("Acme", item_id="desk", item_name="Desk")

    page = page_of(staff, "new_arena")
    staff.post(reverse("new_arena"), form(market_two="", items=["desk"], quantity="2", limit=""))

    assert 'name="items" value="desk"' in page
    body = Arena.objects.get().scenarios[0]["body"]
    assert body["buyer"]["shopping_list"][0]["quantity_needed"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "1 buyer × 1 sellers' mind × 1 scenario = 1 game. No language model is asked."),
        ({"repeats": "3", "market_two": "2"}, "× 2 scenarios × 3 times = 6 games."),
        ({"buyers": "narrated\nstrategy"}, "calls to the usual model, which take long and may cost."),
        ({"sellers": "llm(model=tiny)\nllm(model=huge)"}, "calls to tiny and huge, which take long and may cost."),
        ({"buyers": "no_such"}, "Nothing can be played yet: mend what is marked."),
    ],
)
def test_live_line_says_what_it_comes_to(staff, changes, words):
    told = staff.post(reverse("check_arena"), form(**changes)).json()

    assert words in told["words"]
    assert not Arena.objects.exists()
