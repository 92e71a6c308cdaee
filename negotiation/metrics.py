"""What this process counts of the negotiations it drives. No label is an id, a name or a price."""

import threading
from collections import Counter as Sum
from collections.abc import Iterable, Sequence
from functools import cache
from weakref import WeakSet

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from llm.gateway import Gateway
from negotiation.core.events import Closed, Event, MindFailed
from negotiation.engine import Overtaken, SoldOut
from negotiation.minds.calls import Call

# A registry of our own: what a library counts of itself is none of ours.
REGISTRY = CollectorRegistry()
TURNS = Counter("parley_turns", "Turns stored, each of one event or more.", registry=REGISTRY)
EVENTS = Counter("parley_events", "Events stored.", registry=REGISTRY)
ROOMS_ENDED = Counter("parley_rooms_ended", "Rooms that ended.", ["status"], registry=REGISTRY)
FAULTS = Counter(
    "parley_mind_faults", "Turns that the strategy took for a mind that failed.", ["code"], registry=REGISTRY
)
CALLS = Counter("parley_model_calls", "Questions to models.", ["provider", "result"], registry=REGISTRY)
TOKENS = Counter("parley_model_tokens", "Tokens, by who wrote them.", ["provider", "side"], registry=REGISTRY)
COST = Counter("parley_model_cost_dollars", "What models cost, in US dollars.", ["provider"], registry=REGISTRY)
SOLD_OUT = Counter("parley_stock_conflicts", "Deals whose units went to another room.", registry=REGISTRY)
OVERTAKEN = Counter("parley_overtaken_turns", "Turns refused as another writer came first.", registry=REGISTRY)
DELIVERIES = Counter(
    "parley_notifications", "Attempts to deliver notifications.", ["channel", "result"], registry=REGISTRY
)
LAG = Histogram(
    "parley_event_lag_seconds", "From an event's making to its being handed to a watcher here.", registry=REGISTRY
)


class Gateways(Collector):
    """How busy this process's ways to the providers are. A way that is gone is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakSet[Gateway] = WeakSet()

    def add(self, gateway: Gateway) -> None:
        with self._lock:
            self._known.add(gateway)

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            gateways = list(self._known)
        in_flight, waiting = Sum[str](), Sum[str]()
        for gateway in gateways:
            in_flight[gateway.name] += gateway.in_flight
            waiting[gateway.name] += gateway.waiting
        yield _by_provider("parley_model_calls_in_flight", "Questions to models under way.", in_flight)
        yield _by_provider("parley_model_calls_waiting", "Questions in the queue for a provider.", waiting)


GATEWAYS = Gateways()
REGISTRY.register(GATEWAYS)


def count_turn(events: Sequence[Event], calls: Sequence[Call]) -> None:
    """Called when the turn is stored."""
    TURNS.inc()
    EVENTS.inc(len(events))
    for event in events:
        match event:
            case MindFailed():
                FAULTS.labels(event.failure.value).inc()
            case Closed():
                ROOMS_ENDED.labels(event.status.value).inc()
            case _:
                pass
    count_calls(calls)


def count_calls(calls: Sequence[Call]) -> None:
    """Called when they are stored."""
    for call in calls:
        _count_call(call)


def count_delivery(channel: str, result: str) -> None:
    """Called when it is written down."""
    DELIVERIES.labels(channel, result).inc()


def count_refusal(failure: Exception) -> None:
    match failure:
        case SoldOut():
            SOLD_OUT.inc()
        case Overtaken():
            OVERTAKEN.inc()
        case _:
            pass


def _count_call(call: Call) -> None:
    _labelled(CALLS, call.provider, call.verdict.value).inc()
    _labelled(TOKENS, call.provider, "prompt").inc(call.usage.input_tokens)
    _labelled(TOKENS, call.provider, "reply").inc(call.usage.output_tokens)
    _labelled(COST, call.provider).inc(float(call.cost))


@cache
def _labelled(counter: Counter, *labels: str) -> Counter:
    """The part of the counter with these labels, which takes the library longer to find than to raise."""
    return counter.labels(*labels)


def _by_provider(name: str, told: str, counted: Sum[str]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=["provider"])
    for provider, count in counted.items():
        family.add_metric([provider], count)
    return family
