"""What this process counts of its callers. No label is an id, a name or a price."""

from prometheus_client import Counter, Gauge, Histogram

from negotiation.metrics import REGISTRY

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

REQUESTS = Counter("parley_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram("parley_http_request_seconds", "How long answers took.", ["method", "route"], registry=REGISTRY)
OPEN = Gauge("parley_open_connections", "Streams and sockets that are open.", ["kind"], registry=REGISTRY)
THROTTLED = Counter("parley_throttled", "What was refused as too fast or too many.", ["kind"], registry=REGISTRY)
DATABASE_AWAY_ANSWERS = Counter("parley_database_away_answers", "Answers that the database is away.", registry=REGISTRY)


def count_answer(method: str, route: str, status: int) -> None:
    REQUESTS.labels(known_method(method), route, str(status)).inc()


def count_seconds(method: str, route: str, seconds: float) -> None:
    """Of answers that end by themselves; a stream lasts as long as its watcher likes."""
    SECONDS.labels(known_method(method), route).observe(seconds)


def known_method(method: str) -> str:
    """Callers may make up methods, without end."""
    return method if method in METHODS else "other"
