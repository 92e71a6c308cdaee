"""What happened in one room, as the lists on its page in the admin, each line with a way to that point of the talk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from negotiation.models import NegotiationRun, RunEvent

# Longer lists show their newest end and say how many there are.
MOST_ROWS = 200
FIGURES = {"Event", "Round", "Number", "Unit price", "Quantity", "Tokens", "Cost", "Seconds", "Call"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest rows of a kind in one room, oldest first, out of `total`."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    total: int
    all_of_them: str

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)

    @property
    def cells(self) -> list[list[tuple[object, bool]]]:
        """Each cell, and whether it is a figure."""
        figures = [heading in FIGURES for heading in self.headings]
        return [list(zip(row, figures, strict=True)) for row in self.rows]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        return [(heading, heading in FIGURES) for heading in self.headings]


def listings_of(run: NegotiationRun) -> tuple[Listing, ...]:
    return _messages(run), _offers(run), _calls(run), _events(run)


def replay_at(run: NegotiationRun, seq: int | None, words: object) -> SafeString:
    """A link to the room as it was at an event; without one to the whole of it."""
    place = f"#event={seq}" if seq else ""
    return format_html('<a href="{}replay/{}">{}</a>', run.get_absolute_url(), place, words)


def in_short(event: RunEvent) -> str:
    text = json.dumps(event.payload, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _messages(run: NegotiationRun) -> Listing:
    rows = [
        (replay_at(run, said.seq, said.seq), said.round, said.party, said.participant, said.voice, said.text)
        for said in _newest(run.messages.select_related("participant"), "seq")
    ]
    headings = ("Event", "Round", "Who", "Thread", "Voice", "Words")
    return Listing("Messages", headings, rows, run.messages.count(), _all(run, "message"))


def _offers(run: NegotiationRun) -> Listing:
    rows = [
        (
            offer.number,
            offer.round,
            offer.party,
            offer.participant,
            offer.unit_price,
            offer.quantity,
            offer.status,
            "yes" if offer.is_final else "no",
        )
        for offer in _newest(run.offers.select_related("participant"), "number")
    ]
    headings = ("Number", "Round", "Who", "Thread", "Unit price", "Quantity", "Status", "Final")
    return Listing("Offers", headings, rows, run.offers.count(), _all(run, "offer"))


def _calls(run: NegotiationRun) -> Listing:
    rows = [
        (
            format_html('<a href="{}">{}</a>', reverse("admin:negotiation_llmcall_change", args=[call.pk]), call.pk),
            replay_at(run, call.seq, call.seq) if call.seq else "-",
            call.round,
            call.participant or "buyer",
            call.purpose,
            call.model,
            call.input_tokens + call.output_tokens,
            call.cost,
            f"{call.seconds:.2f}",
            f"{call.result}: {call.why}" if call.why else call.result,
        )
        for call in _newest(run.llm_calls.select_related("participant").defer("prompt", "reply"), "id")
    ]
    headings = ("Call", "Event", "Round", "Who", "Purpose", "Model", "Tokens", "Cost", "Seconds", "Result")
    return Listing("Model calls", headings, rows, run.llm_calls.count(), _all(run, "llmcall"))


def _events(run: NegotiationRun) -> Listing:
    rows = [
        (replay_at(run, event.seq, event.seq), event.at, event.type, in_short(event))
        for event in _newest(run.events.all(), "seq")
    ]
    return Listing("Events", ("Number", "At", "Type", "Payload"), rows, run.events.count(), _all(run, "runevent"))


def _all(run: NegotiationRun, table: str) -> str:
    return f"{reverse(f'admin:negotiation_{table}_changelist')}?run__id__exact={run.pk}"


def _newest(rows: QuerySet[Any], number: str) -> list[Any]:
    return list(rows.order_by(f"-{number}")[:MOST_ROWS])[::-1]
