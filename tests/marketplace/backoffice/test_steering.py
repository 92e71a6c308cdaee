import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from marketplace.backoffice.steering import MOST_NAMED
from marketplace.identity import local_operator
from marketplace.models import Session
from marketplace.services import start_session
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NotActive
from negotiation.models import NegotiationRun
from negotiation.services import pause
from tests import accounts
from tests.marketplace.catalogue import act, make_session, said

pytestmark = pytest.mark.django_db

SESSIONS = reverse("admin:marketplace_session_changelist")
ROOMS = reverse("admin:negotiation_negotiationrun_changelist")


@pytest.fixture
def browser(client):
    client.force_login(local_operator())
    return client


def statuses() -> list[str]:
    return list(NegotiationRun.objects.order_by("pk").values_list("status", flat=True))


def running(name: str = "Office", items: tuple[str, ...] = ("desk",)) -> Session:
    session = make_session(name, items)
    start_session(session)
    return session


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("start_rooms", "Start 1 room?"),
        ("pause_rooms", "Pause 1 room?"),
        ("resume_rooms", "Resume 1 room?"),
        ("cancel_rooms", "Cancel 2 rooms?"),
        ("clone_sessions", "Clone 3 sessions?"),
    ],
)
def test_each_way_to_steer_says_first_what_it_is_about_to_do(browser, action, title):
    sessions = make_session("Waits"), running("Runs"), running("Rests")
    pause(sessions[2].runs.get().code)
    before = statuses()

    question = act(browser, SESSIONS, action, *sessions)

    assert question.context["title"] == title
    assert statuses() == before
    assert Session.objects.count() == 3


def test_question_names_the_rooms_and_counts_those_that_stay_as_they_are(browser):
    session = running(items=("desk", "lamp"))
    pause(session.runs.first().code)

    page = act(browser, SESSIONS, "resume_rooms", session).content.decode()

    assert "5 x Desk, Office: paused" in page
    assert "1 other room stays as it is." in page


def test_question_about_many_rooms_names_some_and_counts_the_rest(browser, monkeypatch):
    monkeypatch.setattr("marketplace.backoffice.steering.MOST_NAMED", 1)
    session = make_session(items=("desk", "lamp", "chair"))

    page = act(browser, SESSIONS, "start_rooms", session).content.decode()

    assert MOST_NAMED > 1
    assert ("5 x Desk" in page, "5 x Lamp" in page, "and 2 more" in page) == (True, False, True)


def test_question_about_cloning_counts_the_rooms_of_each_session(browser):
    sessions = make_session("Small"), make_session("Large", ("desk", "lamp"))

    page = act(browser, SESSIONS, "clone_sessions", *sessions).content.decode()

    assert "Small: 1 room<" in page
    assert "Large: 2 rooms<" in page


def test_nothing_to_do_is_said_and_has_no_button(browser):
    page = act(browser, SESSIONS, "pause_rooms", make_session()).content.decode()

    assert "None of the rooms of your selection is at work: there is nothing to do." in page
    assert 'name="post"' not in page


def test_paused_rooms_are_resumed(browser):
    session = running()
    pause(session.runs.get().code)

    done = act(browser, SESSIONS, "resume_rooms", session, post="yes")

    assert said(done) == ["Resumed 1 room."]
    assert statuses() == [RoomStatus.QUEUED]


def test_single_rooms_are_steered_from_their_own_list(browser):
    session = make_session(items=("desk", "lamp"))
    first, _ = session.runs.order_by("pk")

    done = act(browser, ROOMS, "start_rooms", first, post="yes")

    assert said(done) == ["Started 1 room."]
    assert statuses() == [RoomStatus.QUEUED, RoomStatus.PENDING]


def test_room_that_ended_in_the_meantime_is_told_of(browser, monkeypatch):
    session = running()

    def refuse(code: object) -> None:
        raise NotActive("The room is over.")

    monkeypatch.setattr("negotiation.services.write", lambda code, *args, **options: refuse(code))

    done = act(browser, SESSIONS, "pause_rooms", session, post="yes")

    assert said(done) == ["1 refused: The room is over.", "Paused 0 rooms."]


def test_steering_leaves_a_trace(browser, caplog):
    with caplog.at_level("INFO", "audit"):
        act(browser, SESSIONS, "cancel_rooms", running(), post="yes")

    assert "cancelled rooms rooms=1" in caplog.text


@pytest.mark.parametrize("page", [SESSIONS, ROOMS])
@pytest.mark.parametrize("action", ["start_rooms", "pause_rooms", "resume_rooms", "cancel_rooms"])
def test_auditor_steers_nothing(client, page, action):
    session = make_session()
    client.force_login(accounts.auditor())
    row = session if page == SESSIONS else session.runs.get()

    act(client, page, action, row, post="yes")

    assert action not in client.get(page).content.decode()
    assert statuses() == [RoomStatus.PENDING]


def test_what_if_sessions_are_marked_and_can_be_listed_alone(browser):
    make_session("In earnest")
    what_if = make_session("Tried")
    Session.objects.filter(pk=what_if.pk).update(is_what_if=True)

    sessions = browser.get(f"{SESSIONS}?is_what_if__exact=1")
    rooms = browser.get(f"{ROOMS}?session__is_what_if__exact=1")

    assert [row.pk for row in sessions.context["cl"].result_list] == [what_if.pk]
    assert [row.session_id for row in rooms.context["cl"].result_list] == [what_if.pk]
    assert '<span class="tag">What-if</span>' in sessions.content.decode()


def test_staff_without_rights_on_rooms_are_not_let_in(client):
    client.force_login(User.objects.create(username="keeper", is_staff=True))

    assert client.get(ROOMS).status_code == 403
