"""How a log record becomes text or JSON, and the correlation id that ties a request's records together."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

NO_CORRELATION = "-"
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
SANE_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
# What opens a door: the addresses of links, which Django logs when it refuses them, and our API keys.
SECRETS = re.compile(
    r"(?<=/sign-in/)[^/\s'\"?&#]+|(?<=/enter/)[^/\s'\"?&#]+|(?<=/watch/)[^/\s'\"?&#]+|\bparley_[A-Za-z0-9_-]{30,}"
)
# PostgreSQL tells the whole row that broke a rule, and with it private numbers.
BROKEN_ROW = re.compile(r"(?<=Failing row contains )\(.*?\)(?=\.?$)", re.DOTALL | re.MULTILINE)
HIDDEN = "***"
FORMATTER_ATTRIBUTES = frozenset({"message", "asctime", "taskName", "correlation_id"})
OWN_ATTRIBUTES = FORMATTER_ATTRIBUTES | frozenset(vars(logging.makeLogRecord({})))

correlation_id: ContextVar[str] = ContextVar("correlation_id", default=NO_CORRELATION)


def choose_correlation(offered: str) -> str:
    """What the caller offers if it is harmless, else an id of our own."""
    return offered if SANE_CORRELATION.fullmatch(offered) else secrets.token_hex(8)


class CorrelationFilter(logging.Filter):
    """Lets every record pass, and notes on it which request it belongs to."""

    def filter(self, record: logging.LogRecord) -> Literal[True]:
        record.correlation_id = correlation_id.get()
        return True


class TextFormatter(logging.Formatter):
    """One line; only a traceback follows it, indented, so that foreign text cannot pose as a record."""

    def format(self, record: logging.LogRecord) -> str:
        when = _utc(record).isoformat(sep=" ", timespec="milliseconds")
        correlation = getattr(record, "correlation_id", NO_CORRELATION)
        message = escape_controls(hide_secrets(record.getMessage()))
        line = f"{when} {record.levelname} [{correlation}] {record.name}: {message}"
        trace = self._trace(record)
        return f"{line}\n{trace}" if trace else line

    def _trace(self, record: logging.LogRecord) -> str:
        trace = hide_secrets(self.formatException(record.exc_info)) if record.exc_info else ""
        return "\n".join(f"    {escape_controls(line)}" for line in trace.split("\n") if line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; whatever was passed as `extra` is in it."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "timestamp": _utc(record).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "correlation_id": getattr(record, "correlation_id", NO_CORRELATION),
            "message": hide_secrets(record.getMessage()),
        }
        entry |= {name: value for name, value in vars(record).items() if name not in OWN_ATTRIBUTES}
        if record.exc_info:
            entry["exception"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(entry, default=lambda foreign: hide_secrets(str(foreign)))


def hide_secrets(text: str) -> str:
    return BROKEN_ROW.sub(HIDDEN, SECRETS.sub(HIDDEN, text))


def escape_controls(text: str) -> str:
    """Line ends and terminal escapes become visible; what they would have done is gone."""
    return CONTROL_CHARACTERS.sub(lambda found: ascii(found[0])[1:-1], text)


def configure_logging(*, level: str, style: str, file: Path | None) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes; without a `file` the records go to stderr alone."""
    handlers: dict[str, dict[str, Any]] = {
        "stderr": {"class": "logging.StreamHandler", "formatter": style, "filters": ["correlation"]}
    }
    if file:
        # Watched: whoever rotates the file may move it away under us.
        handlers["file"] = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": file,
            "encoding": "utf-8",
            "formatter": style,
            "filters": ["correlation"],
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"correlation": {"()": CorrelationFilter}},
        "formatters": {"text": {"()": TextFormatter}, "json": {"()": JsonFormatter}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            # Django's own handlers would print a record a second time.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # With a traceback, whatever stranger writes whatever name of a host; the answer is 400.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # These tell of every request and every endpoint; our own log tells what matters of them.
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            "openai": {"level": "WARNING"},
        },
    }


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, tz=UTC)
