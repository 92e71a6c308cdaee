import re

import pytest
from django.urls import reverse

from negotiation.notification_models import DeliveryState, Kind, Notification, NotificationTarget, Side
from tests import accounts
from tests.told import a_target, sellers_with_a_person

pytestmark = pytest.mark.django_db

ADD = "admin:negotiation_notificationtarget_add"
TARGETS = "admin:negotiation_notificationtarget_changelist"
LIST = "admin:negotiation_notification_changelist"
HOOK = {"side": "operator", "party": "", "channel": "webhook", "address": "https://93.184.215.14/x"}


@pytest.fixture
def staff(client):
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def auditor(client):
    client.force_login(accounts.auditor())
    return client


@pytest.fixture
def given_up(open_session, operator, play):
    session = open_session(sellers=sellers_with_a_person())
    a_target(Side.OPERATOR)
    room = session["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    Notification.objects.update(state=DeliveryState.GIVEN_UP, attempts=6, body='{"a": "<b>"}')
    return Notification.objects.get()


def add(client, **changes):
    return client.post(reverse(ADD), {**HOOK, "kinds": ["deal"], "is_active": "on", **changes}, follow=True)


def test_operator_adds_a_webhook_and_is_told_its_secret_once(staff):
    page = add(staff).content.decode()

    target = NotificationTarget.objects.get()
    assert (target.side, target.party, target.kinds) == (Side.OPERATOR, None, ["deal"])
    assert target.made_by.startswith("user/")
    assert f"<code>{target.secret}</code>" in page
    assert target.secret not in staff.get(reverse(TARGETS)).content.decode()


def test_operator_adds_a_mail_address_for_a_seller(staff, seller_ids):
    add(staff, side="seller", party=seller_ids["Acme"], channel="email", address="acme@example.com")

    target = NotificationTarget.objects.get()
    assert (target.side, str(target.party), target.secret) == ("seller", seller_ids["Acme"], "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": "http://127.0.0.1/"}, "must lead to a public address"),
        ({"channel": "email"}, "must be an e-mail address"),
        ({"side": "seller"}, "Name the seller"),
        ({"party": "5079485a-1a06-4bf6-a159-e1a15ce934f0"}, "no party"),
        ({"side": "buyer", "party": "5079485a-1a06-4bf6-a159-e1a15ce934f0"}, "There is no buyer"),
        ({"kinds": []}, "required"),
    ],
)
def test_form_says_what_is_wrong(staff, changes, reason):
    page = add(staff, **changes).content.decode()

    assert reason in page
    assert NotificationTarget.objects.count() == 0


def test_form_offers_all_kinds_from_the_start(staff):
    page = staff.get(reverse(ADD)).content.decode()

    assert len(re.findall(r'name="kinds"[^>]* checked', page)) == len(Kind)


def test_operator_switches_a_target_off_and_leaves_its_address(staff):
    target = a_target(Side.OPERATOR)
    place = reverse("admin:negotiation_notificationtarget_change", args=[target.pk])

    staff.post(place, {"kinds": ["deal"], "address": "https://other.example/"})

    changed = NotificationTarget.objects.get()
    assert (changed.is_active, changed.kinds, changed.address) == (False, ["deal"], target.address)
    assert changed.secret == target.secret


@pytest.mark.parametrize("who", ["staff", "auditor"])
def test_secret_is_on_no_page(who, request):
    client = request.getfixturevalue(who)
    target = a_target(Side.OPERATOR)
    pages = [reverse(TARGETS), reverse("admin:negotiation_notificationtarget_change", args=[target.pk])]

    shown = "".join(client.get(page).content.decode() for page in pages)

    assert target.address in shown
    assert target.secret not in shown


def test_operator_deletes_targets_with_what_they_are_to_be_told(staff, given_up):
    chosen = {"action": "delete_selected", "_selected_action": [given_up.target_id], "post": "yes"}

    staff.post(reverse(TARGETS), chosen)

    assert (NotificationTarget.objects.count(), Notification.objects.count()) == (0, 0)


def test_what_was_sent_can_be_read_and_is_text(staff, given_up):
    page = staff.get(reverse("admin:negotiation_notification_change", args=[given_up.pk])).content.decode()

    assert "{&quot;a&quot;: &quot;&lt;b&gt;&quot;}" in page


def test_operator_sends_again_what_was_given_up(staff, given_up):
    chosen = {"action": "send_again", "_selected_action": [given_up.pk]}

    page = staff.post(reverse(LIST), chosen, follow=True).content.decode()

    assert "To be sent again: 1." in page
    assert Notification.objects.get().state == DeliveryState.WAITING


def test_auditor_cannot_send_again(auditor, given_up):
    auditor.post(reverse(LIST), {"action": "send_again", "_selected_action": [given_up.pk]})

    assert Notification.objects.get().state == DeliveryState.GIVEN_UP


def test_lists_cost_as_many_queries_for_many_rows(staff, given_up, django_assert_max_num_queries):
    for number in range(20):
        row = Notification.objects.get(pk=given_up.pk)
        row.pk, row.code, row.seq = None, f"5079485a-1a06-4bf6-a159-{number:012}", 100 + number
        row.save(force_insert=True)

    with django_assert_max_num_queries(12):
        staff.get(reverse(LIST))
