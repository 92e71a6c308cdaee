"""Puts away what has let somebody in and does so no more."""

from datetime import timedelta

from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone

from marketplace.models import SignInLink

# A link that was used says so for a while, to whoever looks why it opens nothing.
KEPT_AFTER_THE_END = timedelta(days=1)


def delete_what_is_over() -> None:
    now = timezone.now()
    BrowserSession.objects.filter(expire_date__lt=now).delete()
    SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_THE_END).delete()
