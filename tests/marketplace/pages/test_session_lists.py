import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Role, Session
from marketplace.pages import session_lists
from negotiation.models import SeatWait
from tests import accounts, bodies
from tests.marketplace.test_pages import count_queries
from tests.security.callers import visitor


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def chairs(open_session) -> Session:
    """A session of another buyer with another item, and one seller."""
    item = {"item_id": "chair", "item_name": "Oak Chair"}
    made = open_session(
        name="Autumn",
        buyer=bodies.buyer(bodies.item(**item), name="Harbour"),
        sellers=[bodies.seller("Acme", bodies.stock(**item))],
    )
    return Session.objects.get(code=made["session_id"])


def page_of(client: Client, name: str = "sessions", **query: str) -> str:
    return " ".join(client.get(reverse(name), query).content.decode().split())


@pytest.mark.parametrize("words", ["autumn", "HARB", "oak c", " Autumn "])
def test_session_is_found_by_its_name_its_buyer_or_an_item(staff, session, chairs, words):
    page = page_of(staff, q=words)

    assert reverse("floor", args=[chairs.code]) in page
    assert session["session_id"] not in page


@pytest.mark.parametrize("words", ["nothing like it", "%", "x" * 5000])
def test_search_may_be_for_anything(staff, session, words):
    assert staff.get(reverse("sessions"), {"q": words}).status_code == 200


def test_search_without_a_hit_says_for_what(staff, session):
    assert "Nothing is called “<b>”" in page_of(staff, q="<b>").replace("&lt;", "<").replace("&gt;", ">")


def test_only_sessions_that_run_are_shown_if_asked_for(staff, session, started, chairs):
    page = page_of(staff, show="running")

    assert session["session_id"] in page
    assert str(chairs.code) not in page


def test_what_if_is_marked_in_the_list_and_left_out_of_home(staff, session, chairs):
    Session.objects.filter(pk=chairs.pk).update(is_what_if=True)

    assert page_of(staff).count(">What-if<") == 1
    assert str(chairs.code) not in page_of(staff, "home")


def test_list_goes_on_page_by_page_and_keeps_what_was_searched_for(staff, open_session, monkeypatch):
    monkeypatch.setattr(session_lists, "ON_A_PAGE", 2)
    codes = [open_session()["session_id"] for _ in range(3)]

    first, second = page_of(staff, q="Tech"), page_of(staff, q="Tech", page="2")

    assert [code in first for code in codes] == [False, True, True]
    assert [code in second for code in codes] == [True, False, False]
    assert 'rel="next" href="?q=Tech&amp;page=2"' in first
    assert 'rel="prev" href="?q=Tech&amp;page=1"' in second


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_page_that_is_none_is_the_nearest_one(staff, session, number):
    assert session["session_id"] in page_of(staff, page=number)


def test_list_takes_as_many_queries_for_many_sessions(staff, open_session):
    open_session()
    before = count_queries(staff, reverse("sessions"))
    for _ in range(3):
        open_session()

    assert count_queries(staff, reverse("sessions")) == before


@pytest.fixture
def asked(open_session, operator, play):
    """Two rooms in which a person at Acme has to move."""
    for _ in range(2):
        made = open_session(sellers=[bodies.seller("Acme", mind="human")])
        room = made["negotiation_rooms"][0]["room_id"]
        operator.post(f"/negotiation/{room}/start")
        play(room)
    return list(SeatWait.objects.order_by("until", "id"))


def test_home_leads_to_all_moves_that_wait_when_it_shows_not_all(staff, asked, monkeypatch):
    monkeypatch.setattr("marketplace.waiting.MOST_WAITING", 1)

    assert "All 2 moves" in page_of(staff, "home")


def test_every_move_that_waits_is_on_a_page_of_the_list(staff, asked, monkeypatch):
    monkeypatch.setattr(session_lists, "ON_A_PAGE", 1)

    pages = [page_of(staff, "waiting", page=str(number)) for number in (1, 2)]

    threads = [str(wait.participant.code) for wait in asked]
    assert [[thread in page for thread in threads] for page in pages] == [[True, False], [False, True]]


def test_party_sees_its_own_moves_alone(asked):
    own = visitor(Role.SELLER, str(asked[0].participant.seller_code))

    page = page_of(own, "waiting")

    assert [str(wait.participant.code) in page for wait in asked] == [True, False]


def test_list_of_nothing_says_so(staff, session):
    assert "Nothing waits" in page_of(staff, "waiting")
    assert "No session is running now." in page_of(staff, show="running")
