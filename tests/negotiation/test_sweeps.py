import os
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from marketplace.models import Session
from marketplace.services import delete_session
from negotiation import services, sweeps
from negotiation.call_log import save_calls
from negotiation.models import LLMCall, NegotiationRun, Outcome
from negotiation.store import read_room
from tests import bodies
from tests.negotiation.test_call_log import a_call

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def age(**time):
    NegotiationRun.objects.update(created_at=timezone.now() - timedelta(**time))


def test_room_that_nobody_started_expires(room_id):
    age(hours=25)

    assert sweeps.expire_unstarted(DAY) == 1
    assert NegotiationRun.objects.get().status == "expired"
    assert Outcome.objects.get().reason == "expired"


def test_young_room_is_left_alone(room_id):
    age(hours=23)

    assert sweeps.expire_unstarted(DAY) == 0


def test_started_room_does_not_expire(started):
    age(hours=25)

    assert sweeps.expire_unstarted(DAY) == 0


def test_room_without_sellers_does_not_expire(open_session):
    open_session(buyer=bodies.buyer(bodies.item(item_id="moon")))
    age(hours=25)

    assert sweeps.expire_unstarted(DAY) == 0


def test_room_that_is_deleted_in_that_moment_is_skipped(open_session, monkeypatch, log_folder):
    for _ in range(2):
        open_session()
    age(hours=25)
    expire = services.expire

    def expire_and_delete_the_other(code):
        expire(code)
        for other in Session.objects.exclude(runs__code=code):
            delete_session(other)

    monkeypatch.setattr(services, "expire", expire_and_delete_the_other)

    assert sweeps.expire_unstarted(DAY) == 1
    assert NegotiationRun.objects.get().status == "expired"


def test_room_that_is_started_in_that_moment_is_skipped(room_id, monkeypatch):
    age(hours=25)
    expire = services.expire

    def be_late(code):
        services.cancel(code)
        expire(code)

    monkeypatch.setattr(services, "expire", be_late)

    assert sweeps.expire_unstarted(DAY) == 0
    assert NegotiationRun.objects.get().status == "cancelled"


def test_sweep_goes_by_the_settings(session, room_id, log_folder, settings):
    services.cancel(UUID(room_id))
    path = next(log_folder.rglob("*.json"))
    past = path.stat().st_mtime - (settings.LOGS.retention_days + 1) * DAY.total_seconds()
    os.utime(path, (past, past))

    sweeps.sweep()

    assert not path.exists()


def test_log_that_was_not_kept_at_the_end_of_its_room_is_kept_later(session, room_id, log_folder):
    services.cancel(UUID(room_id))
    next(log_folder.rglob("*.json")).unlink()

    assert sweeps.save_missing_logs(DAY) == 1
    assert len(list(log_folder.rglob("*.json"))) == 1


def test_log_that_is_there_is_not_written_again(session, room_id, log_folder):
    services.cancel(UUID(room_id))

    assert sweeps.save_missing_logs(DAY) == 0


def test_texts_of_calls_are_blanked_when_their_retention_is_over(room_id, log_folder, settings):
    stored = read_room(UUID(room_id))
    save_calls(stored.run_id, stored.seats, [a_call(), a_call()])
    old, young = LLMCall.objects.order_by("id")
    LLMCall.objects.filter(pk=old.pk).update(at=timezone.now() - (settings.LOGS.retention_days + 1) * DAY)

    sweeps.sweep()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.prompt, old.reply, old.output_tokens) == ("", "", 5)
    assert (young.prompt != "", young.reply) == (True, "Fine.")
