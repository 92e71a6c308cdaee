"""What Prometheus is told: what this process has counted, and how the rooms stand, read when it asks."""

import time
from collections.abc import Iterable

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from marketplace.access_log import log_answer
from marketplace.callers import caller_of, name_known_by_now
from marketplace.counting import count_answer, count_seconds, known_method
from marketplace.identity import key_in, principal_of_key
from marketplace.middleware import GetResponse
from negotiation.core.vocabulary import Result, RoomStatus
from negotiation.leases import playable
from negotiation.metrics import REGISTRY
from negotiation.models import NegotiationRun, Outcome
from negotiation.notification_models import DeliveryState, Notification


class Rooms(Collector):
    """Gauges of the tables, the same whichever process is asked."""

    def collect(self) -> Iterable[Metric]:
        counted = NegotiationRun.objects.order_by().values_list("status").annotate(Count("pk"))
        rooms = GaugeMetricFamily("parley_rooms", "Rooms by state.", labels=["status"])
        for status, count in counted:
            rooms.add_metric([status], count)
        yield rooms
        yield GaugeMetricFamily("parley_rooms_waiting", "Rooms to play that no worker holds.", playable().count())
        yield GaugeMetricFamily("parley_rooms_waiting_seconds", "How long the first queued room waits.", _waiting())
        held = NegotiationRun.objects.filter(lease_until__isnull=False).aggregate(
            held=Count("pk", filter=Q(lease_until__gte=Now())), expired=Count("pk", filter=Q(lease_until__lt=Now()))
        )
        leases = GaugeMetricFamily("parley_leases", "Leases of workers on rooms.", labels=["state"])
        for state, count in held.items():
            leases.add_metric([state], count)
        yield leases
        deals = Outcome.objects.filter(result=Result.DEAL, run__session__is_what_if=False).count()
        yield GaugeMetricFamily("parley_deals", "Rooms that ended with a deal.", deals)
        unsent = Notification.objects.filter(state=DeliveryState.WAITING).count()
        yield GaugeMetricFamily("parley_notifications_waiting", "Notifications that are not delivered yet.", unsent)


def count_requests(get_response: GetResponse) -> GetResponse:
    """And tells of them in the access log."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        found = request.resolver_match
        route = found.route if found is not None and response.status_code != 404 else "none"
        method, status, seconds = request.method or "", response.status_code, time.perf_counter() - began
        count_answer(method, route, status)
        count_seconds(method, route, seconds)
        log_answer(known_method(method), route, str(status), seconds, name_known_by_now(request))
        return response

    return middleware


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For an operator's or auditor's key or session; to others there is nothing here."""
    key = key_in({name.lower(): value for name, value in request.headers.items()})
    principal = principal_of_key(key) if key else caller_of(request)
    if principal is None or not principal.may_read_all:
        raise Http404
    return HttpResponse(all_metrics(), content_type=CONTENT_TYPE_LATEST)


def all_metrics() -> bytes:
    rooms = CollectorRegistry()
    rooms.register(Rooms())
    return generate_latest(REGISTRY) + generate_latest(rooms)


def _waiting() -> float:
    queued = NegotiationRun.objects.filter(status=RoomStatus.QUEUED, started_at__isnull=False)
    first = queued.order_by("started_at").values_list("started_at", flat=True).first()
    return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0
