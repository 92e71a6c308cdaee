import json
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from llm.gateway import Ask
from llm.recording import fingerprint
from negotiation.call_log import blank_texts_before, save_calls
from negotiation.core.events import Decided, Offered, RoundStarted, Said
from negotiation.core.moves import Words
from negotiation.core.vocabulary import Party, Reason, Result
from negotiation.minds.calls import Purpose
from negotiation.models import LLMCall
from negotiation.store import read_room
from tests.factories import ASK, a_call, records_of, terms
from tests.scripted_provider import messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(room_id):
    return read_room(UUID(room_id))


@pytest.fixture
def save(stored):
    """Saves calls with the events they led to; the rows in order."""

    def save_all(calls, events=()):
        save_calls(stored.run_id, stored.seats, calls, records_of(events))
        return list(LLMCall.objects.order_by("id"))

    return save_all


def test_row_says_all_that_the_call_was(save, seller_ids):
    (row,) = save([a_call(seller_ids["Acme"])])

    assert (row.participant.name, row.purpose, row.round, row.provider) == ("Acme", "words", 2, "lm_studio")
    assert (row.model, row.input_tokens, row.output_tokens, row.is_estimated) == ("small-q4", 10, 5, True)
    assert (row.cost, row.attempts, row.result, row.why, row.error) == (Decimal("0.000123"), 2, "ok", "", "")
    assert (row.queued_seconds, row.first_token_seconds, row.seconds) == (1.235, 0.988, 2.346)


def test_call_of_the_buyer_belongs_to_no_seller(save):
    assert save([a_call()])[0].participant is None


def test_prompt_and_reply_are_kept_to_the_letter(save):
    (row,) = save([a_call(reply="Grüße, 你好 \U0001f600")])

    assert [entry["content"] for entry in json.loads(row.prompt)] == ["You sell lamps.", "Wörter?"]
    assert row.reply == "Grüße, 你好 \U0001f600"


def test_hash_is_that_of_everything_the_model_was_asked(save):
    one, again, other = save([a_call(), a_call(reply="No."), a_call(ask=Ask(messages("Hm?"), 0.3, 77))])

    assert one.prompt_hash == fingerprint(ASK.messages, 0.3, 77, ("stop",), ASK.schema, "small")
    assert one.prompt_hash == again.prompt_hash != other.prompt_hash
    assert one.reply_hash != again.reply_hash


@pytest.mark.parametrize("field", ["model", "why"])
def test_text_too_long_for_its_column_is_cut(save, field):
    (row,) = save([a_call(**{field: "x" * 1000})])

    assert len(getattr(row, field)) == row._meta.get_field(field).max_length


def test_call_that_was_not_streamed_has_no_first_token(save):
    assert save([a_call(first_token_seconds=None)])[0].first_token_seconds is None


def an_answer(seller_id, party=Party.SELLER):
    return Offered(party, seller_id, 2, 1, terms(100), Words("Here."))


def test_call_is_led_to_the_first_event_of_its_seat(save, seller_ids):
    acme, bolt = seller_ids["Acme"], seller_ids["Bolt"]
    events = [
        RoundStarted(2),
        an_answer(acme, Party.BUYER),
        an_answer(bolt, Party.BUYER),
        an_answer(bolt),
        an_answer(acme),
    ]

    rows = save([a_call(), a_call(acme), a_call(bolt)], events)

    assert [row.seq for row in rows] == [2, 5, 4]


def test_call_for_a_farewell_is_led_to_the_farewell(save, seller_ids):
    farewell = Said(Party.BUYER, seller_ids["Acme"], 2, Words("Goodbye."))
    decision = Decided(Result.NO_DEAL, Reason.NO_VALID_OFFER, None, None, None, 2, "")

    assert [row.seq for row in save([a_call(purpose=Purpose.FAREWELL)], [farewell, decision])] == [1]


def test_call_of_a_turn_that_was_broken_off_led_to_nothing(save):
    assert save([a_call()])[0].seq is None


@pytest.mark.parametrize(("calls", "queries"), [(15, 1), (20, 2), (128, 1)])
def test_many_calls_take_few_queries(save, stored, django_assert_num_queries, calls, queries):
    with django_assert_num_queries(queries):
        save_calls(stored.run_id, stored.seats, [a_call() for _ in range(calls)])


def test_old_texts_are_blanked_and_all_else_is_kept(save):
    old, young = save([a_call(), a_call()])
    LLMCall.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))

    assert blank_texts_before(timedelta(days=7)) == 1

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.prompt, old.reply) == ("", "")
    assert (old.input_tokens, old.cost, old.prompt_hash != "") == (10, Decimal("0.000123"), True)
    assert young.reply == "Fine."


def test_texts_are_blanked_once(save):
    save([a_call()])
    LLMCall.objects.update(at=timezone.now() - timedelta(days=8))
    blank_texts_before(timedelta(days=7))

    assert blank_texts_before(timedelta(days=7)) == 0


def test_calls_are_deleted_with_their_session(save, operator, session):
    save([a_call()])

    assert operator.delete(f"/simulation/{session['session_id']}").status_code == 200

    assert LLMCall.objects.count() == 0


def test_spending_adds_up_attempts_tokens_money_and_time(save):
    save([a_call(), a_call(cost=Decimal(1))])

    spent = LLMCall.objects.spending()

    assert (spent.calls, spent.tokens, spent.cost) == (4, 30, Decimal("1.000123"))
    assert spent.seconds == pytest.approx(4.692)
