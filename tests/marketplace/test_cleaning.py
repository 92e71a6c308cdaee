from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone

from marketplace.cleaning import delete_what_is_over
from marketplace.identity import make_sign_in_link
from marketplace.models import SignInLink

pytestmark = pytest.mark.django_db


def test_sessions_that_have_ended_are_deleted_and_no_others():
    now = timezone.now()
    for key, lasts in [("over", -1), ("lives", 1)]:
        BrowserSession.objects.create(session_key=key, session_data="", expire_date=now + timedelta(hours=lasts))

    delete_what_is_over()

    assert list(BrowserSession.objects.values_list("session_key", flat=True)) == ["lives"]


def test_sign_in_links_that_have_long_expired_are_deleted_and_no_others():
    make_sign_in_link("http://old.test")
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(days=2))
    make_sign_in_link("http://new.test")

    delete_what_is_over()

    assert SignInLink.objects.get().expires_at > timezone.now()
