import pytest

from marketplace.models import Role, Session
from negotiation.core.samples import Figure
from negotiation.models import Outcome
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    make_many(3)


@pytest.fixture
def analysis(operator):
    def get(**query):
        response = operator.get("/analysis", **query)
        assert response.status_code == 200, response.content
        return response.json()

    return get


def test_figures_are_means_over_all_rooms_that_define_them(analysis, three):
    Outcome.objects.filter(run__session__name="Session 0").update(unit_price=90)

    found = analysis()

    assert found["counts"]["deals"] == 3
    assert found["figures"]["ideal_share"] == {"mean": 0.333333, "low": None, "high": None, "rooms": 3}
    assert found["figures"]["competitive_share"] is None
    assert set(found["figures"]) == set(Figure)


def test_query_narrows_what_is_found(analysis, three):
    code = Session.objects.get(name="Session 1").code

    assert analysis(session_id=str(code))["counts"]["rooms"] == 1
    assert analysis(q="Session 2", ending="deal")["counts"]["rooms"] == 1
    assert analysis(ending="missed")["counts"]["rooms"] == 0
    assert analysis(since="2999-01-01")["counts"]["rooms"] == 0
    assert analysis(kind="arena")["counts"]["rooms"] == 0


def test_calendars_last_day_ends_the_query(analysis, three):
    assert analysis(until="9999-12-31")["counts"]["rooms"] == 3
    assert analysis(since="0001-01-01", until="9999-12-31")["counts"]["rooms"] == 3
    assert analysis(since="9999-12-31")["counts"]["rooms"] == 0


def test_rooms_are_listed_if_they_are_asked_for(analysis, three):
    assert analysis()["rooms"] is None

    rooms = analysis(rooms="true")["rooms"]

    assert [room["price"] for room in rooms] == [75] * 3
    assert (rooms[0]["ideal_price"], rooms[0]["left_by_buyer"], rooms[0]["left_by_seller"]) == (60, 15, 15)
    assert (rooms[0]["nash_ratio"], rooms[0]["core_seller_won"], rooms[0]["ending"]) == (1, True, "deal")


def test_nothing_found_is_an_answer(analysis):
    found = analysis()

    assert found["counts"]["rooms"] == 0
    assert (found["position"], found["by_item"]) == (None, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"kind": "dreams"}, "kind"),
        ({"ending": "happy"}, "ending"),
        ({"session_id": "7"}, "session_id"),
        ({"q": "x" * 101}, "q"),
    ],
)
def test_nonsense_is_refused_with_the_name_of_the_field(operator, query, field):
    response = operator.get("/analysis", **query)

    assert response.status_code == 400
    assert field in response.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.WATCHER, 403)])
def test_only_those_who_may_read_all_compare_rooms(api_for, role, status):
    assert api_for(role).get("/analysis").status_code == status


def test_parties_do_not_compare_rooms(buyer, acme):
    assert (buyer.get("/analysis").status_code, acme.get("/analysis").status_code) == (403, 403)
