import json
import re
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.utils import timezone

from marketplace.models import BuyerItem
from negotiation.letters import one_line, write
from negotiation.mailing import MailSender
from negotiation.models import NegotiationRun, Participant, RunEvent, SeatWait
from negotiation.notification_models import Channel, Notification, Side
from negotiation.outbox import claim_due, open_letter
from negotiation.seats import end_what_is_overdue
from tests import bodies
from tests.told import a_target, sellers_with_a_person

pytestmark = pytest.mark.django_db

SECRETS_OF = {
    "buyer": bodies.BUYER_SECRETS,
    "Acme": bodies.ACME_SECRETS,
    "Bolt": (*bodies.BOLT_SECRETS, "Bolt", "640.00"),
}


@pytest.fixture
def tell_everybody(open_session, operator, play):
    """Plays a room with a person at Acme's seat, whose time then runs out; everybody is told of all, in all ways."""

    def tell(**changes):
        session = open_session(**{"sellers": sellers_with_a_person(), **changes})
        room = session["negotiation_rooms"][0]
        sellers = {seller["seller_name"]: seller["seller_id"] for seller in room["participating_sellers"]}
        for channel in Channel:
            a_target(Side.OPERATOR, channel=channel)
            a_target(Side.BUYER, session["buyer_id"], channel=channel)
            for seller in sellers.values():
                a_target(Side.SELLER, seller, channel=channel)
        operator.post(f"/negotiation/{room['room_id']}/start")
        play(room["room_id"])
        now = timezone.now()
        SeatWait.objects.update(warn_at=now - timedelta(hours=11), until=now + timedelta(hours=1))
        end_what_is_overdue()
        return NegotiationRun.objects.get(code=room["room_id"])

    return tell


def letters(channel, side=None):
    """What has been written, by kind."""
    found = Notification.objects.filter(target__channel=channel).select_related("target", "run", "participant")
    return {row.kind: write(row) for row in (found.filter(target__side=side) if side else found)}


def payload(side, kind):
    return json.loads(letters(Channel.WEBHOOK, side)[kind][1])


def test_webhook_says_what_where_and_what_is_on_the_table(tell_everybody, settings):
    settings.PUBLIC_URL = "https://parley.example"
    run = tell_everybody()

    told = payload("seller", "new_offer")

    thread = Participant.objects.get(run=run, name="Acme").code
    asked = RunEvent.objects.filter(run=run, type="InputRequested").get()
    bid = run.offers.get(participant__name="Acme")
    assert told["delivery_id"] == str(
        Notification.objects.get(target__channel="webhook", kind="new_offer", target__side="seller").code
    )
    assert (told["kind"], told["your_side"], told["seq"]) == ("new_offer", "seller", asked.seq)
    assert (told["room_id"], told["negotiation_id"]) == (str(run.code), str(thread))
    assert (told["item_name"], told["currency"]) == ("HP 15 Laptop", "USD")
    assert (told["buyer_name"], told["seller_name"]) == ("TechCorp", "Acme")
    assert (told["offer"]["party"], told["offer"]["price"]) == ("buyer", float(bid.unit_price))
    assert told["offer"]["message"] == run.messages.get(participant__name="Acme").text
    assert (told["event"]["type"], told["event"]["seq"]) == ("human_input_required", asked.seq)
    assert told["url"] == f"https://parley.example/negotiations/{thread}/"
    assert told["api_url"] == f"https://parley.example/api/v1/trade-desk/negotiations/{thread}"


def test_addresses_begin_at_the_path_where_the_site_does_not_say_its_own(tell_everybody):
    tell_everybody()

    assert payload("seller", "new_offer")["url"].startswith("/negotiations/")


def test_operator_sees_the_thread_from_the_side_that_has_to_move(tell_everybody):
    tell_everybody()

    assert payload("operator", "new_offer")["url"].endswith("/?party=seller")


def test_operator_reads_the_offer_of_that_thread_and_not_a_later_one_of_another(tell_everybody):
    run = tell_everybody()

    told = payload("operator", "new_offer")["offer"]

    assert told["message"] == run.messages.get(participant__name="Acme").text
    assert told["message"] != run.messages.filter(participant__name="Bolt").first().text


def test_time_that_runs_out_comes_without_an_offer(tell_everybody):
    tell_everybody()

    told = payload("seller", "expiring")

    assert (told["event"]["type"], told["offer"]) == ("expiry_warning", None)


def test_deal_is_told_with_its_terms(started, play, session):
    a_target(Side.BUYER, session["buyer_id"])
    play(started)

    told = payload("buyer", "deal")

    outcome = NegotiationRun.objects.get(code=started).outcome
    assert (told["offer"]["price"], told["offer"]["total_cost"]) == (
        float(outcome.unit_price),
        float(outcome.total_cost),
    )
    assert told["event"]["type"] == "negotiation_complete"


def test_winner_does_not_read_why_it_won(started, play, seller_ids):
    for seller in seller_ids.values():
        a_target(Side.SELLER, seller)
    play(started)

    assert payload("seller", "deal")["event"]["explanation"] == ""


def test_deal_to_approve_is_told_with_its_terms(tell_everybody):
    tell_everybody(buyer=bodies.buyer(bodies.item(approve_above=1)), sellers=bodies.two_sellers())

    told = payload("buyer", "approval_needed")

    assert told["offer"]["party"] == "seller"
    assert told["event"]["options"] == ["approve", "reject", "modify"]


def test_no_letter_holds_what_is_hidden_from_its_reader(tell_everybody):
    tell_everybody()
    rows = Notification.objects.select_related("target", "run", "participant")

    told = {(row.target.side, row.target.channel, row.kind): "\n".join(write(row)) for row in rows}

    assert {channel for _, channel, _ in told} == set(Channel)
    seen = {key: text for key, text in told.items() if key[0] == "seller"}
    assert seen
    for text in seen.values():
        assert [canary for canary in (*SECRETS_OF["buyer"], *SECRETS_OF["Bolt"]) if canary in text] == []


def test_buyer_reads_no_sellers_limits(tell_everybody):
    tell_everybody(buyer=bodies.buyer(bodies.item(approve_above=1)), sellers=bodies.two_sellers())
    rows = Notification.objects.filter(target__side="buyer").select_related("target", "run", "participant")

    text = "\n".join(part for row in rows for part in write(row))

    assert text
    assert [canary for canary in (*bodies.ACME_SECRETS, *bodies.BOLT_SECRETS) if canary in text] == []


def test_mail_says_who_offers_what_until_when_and_where_to_answer(tell_everybody, settings):
    settings.PUBLIC_URL = "https://parley.example"
    run = tell_everybody()

    subject, text = letters(Channel.EMAIL, "seller")["new_offer"]

    bid = run.offers.get(participant__name="Acme")
    assert subject == "New offer: HP 15 Laptop"
    assert f"TechCorp offers 50 x ${bid.unit_price:,}, ${bid.unit_price * 50:,} in all." in text
    assert re.search(r"^Answer by: \d{4}-\d\d-\d\d \d\d:\d\d UTC$", text, re.MULTILINE)
    assert "\nhttps://parley.example/negotiations/" in text


def test_mail_about_a_deal_to_approve_leads_to_where_it_is_approved(tell_everybody, settings):
    settings.PUBLIC_URL = "https://parley.example"
    tell_everybody(buyer=bodies.buyer(bodies.item(approve_above=1)), sellers=bodies.two_sellers())

    for side in (Side.BUYER, Side.OPERATOR):
        assert "\nhttps://parley.example/approvals/\n" in letters(Channel.EMAIL, side)["approval_needed"][1]
        assert "/negotiations/" not in letters(Channel.EMAIL, side)["approval_needed"][1]


def test_mail_does_not_repeat_what_the_other_side_said(tell_everybody):
    run = tell_everybody()

    _, text = letters(Channel.EMAIL, "seller")["new_offer"]

    assert run.messages.get(participant__name="Acme").text not in text


@pytest.mark.parametrize("kind", ["your_turn", "expiring", "approval_needed", "deal"])
def test_every_kind_has_a_mail(kind, tell_everybody, session, started, play):
    tell_everybody()
    row = Notification.objects.select_related("target", "run", "participant").filter(target__channel="email").first()
    row.kind = kind

    subject, text = write(row)

    assert subject.endswith(": HP 15 Laptop")
    assert text.splitlines()[0]


def test_name_with_line_ends_cannot_add_a_header_or_a_line(tell_everybody):
    tell_everybody()
    BuyerItem.objects.update(item_name="Lamp\r\nBcc: all@example.com\r\n\r\n<b>Free</b>")

    subject, text = letters(Channel.EMAIL, "seller")["new_offer"]

    assert subject == "New offer: Lamp Bcc: all@example.com <b>Free</b>"
    assert not re.search("^Bcc", text, re.MULTILINE)


def test_long_name_leaves_a_subject_that_servers_take(tell_everybody):
    tell_everybody()
    BuyerItem.objects.update(item_name="x" * 100)

    assert len(letters(Channel.EMAIL, "seller")["new_offer"][0]) <= 150


def test_text_is_one_line_whatever_ends_lines():
    assert one_line("a\r\nb\u2028c\x0bd") == "a b c d"


async def sent_by_mail(letter):
    sender = MailSender()
    try:
        return await sender.send(letter)
    finally:
        await sender.close()


def test_mail_is_plain_text_to_one_address_and_known_again_by_its_id(tell_everybody, settings):
    settings.DEFAULT_FROM_EMAIL = "Parley <desk@parley.example>"
    tell_everybody()
    Notification.objects.exclude(target__channel="email", target__side="seller").delete()
    (parcel, *_) = claim_due(1)
    letter = open_letter(parcel)

    for _ in range(2):
        async_to_sync(sent_by_mail)(letter)

    first, second = mail.outbox
    assert first.to == ["told@example.com"]
    assert first.message().get_content_type() == "text/plain"
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"] == f"<{letter.code}@parley.example>"
    assert first.extra_headers["Auto-Submitted"] == "auto-generated"
