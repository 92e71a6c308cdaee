import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from marketplace.models import Seller, Session
from negotiation.models import NegotiationRun
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db

LISTS = (
    "marketplace_session",
    *(f"negotiation_{table}" for table in ("negotiationrun", "message", "offer", "outcome", "runevent")),
)


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def played():
    """A session in an arena, and one in earnest."""
    make_many(2)
    arenas = Session.objects.order_by("pk").first()
    Session.objects.filter(pk=arenas.pk).update(is_arena=True, is_what_if=True)
    return arenas


def sessions_in(staff, table, **query):
    """Of which sessions the list has rows."""
    page = staff.get(reverse(f"admin:{table}_changelist"), query)
    return {session_of(row).pk for row in page.context["cl"].result_list}


def session_of(row):
    match row:
        case Session():
            return row
        case NegotiationRun():
            return row.session
        case _:
            return row.run.session


@pytest.mark.parametrize("table", LISTS)
def test_lists_leave_arenas_out_until_they_are_asked_for(staff, played, table):
    in_earnest = Session.objects.exclude(pk=played.pk).get().pk

    assert sessions_in(staff, table) == {in_earnest}
    assert sessions_in(staff, table, arenas="only") == {played.pk}
    assert sessions_in(staff, table, arenas="with") == {in_earnest, played.pk}


@pytest.mark.parametrize("table", ["message", "offer", "runevent"])
def test_list_of_one_room_of_an_arena_shows_it(staff, played, table):
    room = NegotiationRun.objects.get(session=played)

    assert sessions_in(staff, f"negotiation_{table}", run__id__exact=room.pk) == {played.pk}


def test_session_of_an_arena_is_found_by_its_code_and_by_its_seller(staff, played):
    seller = Seller.objects.get(participations__run__session=played)

    assert sessions_in(staff, "marketplace_session", q=played.code) == {played.pk}
    assert sessions_in(staff, "marketplace_session", seller=seller.code) == {played.pk}


def test_session_of_an_arena_says_that_it_is_one(staff, played):
    page = staff.get(reverse("admin:marketplace_session_changelist"), {"arenas": "with"}).content.decode()

    assert page.count('<span class="tag">Arena</span>') == 1
    assert "What-if</span>" not in page
