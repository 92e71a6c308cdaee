"""What is put away in time: rooms nobody started, and logs past their retention."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from marketplace.cleaning import delete_what_is_over
from marketplace.idempotency import delete_old_replies
from marketplace.sign_in import delete_old_tries
from negotiation import logs, services
from negotiation.call_log import blank_texts_before
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import AlreadyDecided, RoomNotFound
from negotiation.matches import delete_expired
from negotiation.models import NegotiationRun
from negotiation.notifications import delete_old_notifications, delete_targets_of_nobody

RECENT = timedelta(hours=1)


def sweep() -> None:
    expire_unstarted(timedelta(hours=settings.NEGOTIATION.cleanup_hours))
    save_missing_logs(RECENT)
    retention = timedelta(days=settings.LOGS.retention_days)
    logs.delete_old(retention)
    blank_texts_before(retention)
    delete_old_notifications(retention)
    delete_targets_of_nobody()
    delete_old_replies()
    delete_old_tries()
    delete_what_is_over()
    delete_expired()


def save_missing_logs(age: timedelta) -> int:
    """Keep the logs of rooms that ended within `age` while their worker was being stopped; how many."""
    recent = NegotiationRun.objects.filter(ended_at__gt=timezone.now() - age)
    missing = [
        code for session, code in recent.values_list("session__code", "code") if not logs.is_saved(session, code)
    ]
    kept = 0
    for code in missing:
        try:
            logs.save(code)
            kept += 1
        except RoomNotFound:  # by now
            continue
    return kept


def expire_unstarted(age: timedelta) -> int:
    """Expire the rooms that have been waiting for a start longer than `age`; how many."""
    stale = NegotiationRun.objects.filter(status=RoomStatus.PENDING, created_at__lt=timezone.now() - age)
    expired = 0
    for code in stale.values_list("code", flat=True):
        try:
            services.expire(code)
            expired += 1
        except (AlreadyDecided, RoomNotFound):  # by now
            continue
    return expired
