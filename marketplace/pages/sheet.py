"""The deal sheet of a session: what was bought, from whom, why, and what was saved; as a page and as a file."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from marketplace.callers import readers_page
from marketplace.csv_files import csv_response
from marketplace.models import Session
from marketplace.sheets.possible import possible_deals
from marketplace.sheets.rows import HEADINGS, rows_of
from marketplace.sheets.sheet import read_sheet
from marketplace.summary import summarise
from negotiation.core.vocabulary import Voice
from negotiation.models import Message

# A sheet of more rooms shows their reasons folded.
MOST_UNFOLDED = 8


@dataclass(frozen=True, slots=True)
class Speech:
    """How many messages the agents of a session said, and whose words they are."""

    messages: int
    by_model: int
    by_stand_in: int

    @property
    def model_share(self) -> Decimal | None:
        return Decimal(self.by_model) / self.messages if self.messages else None


@require_safe
@readers_page
def sheet(request: HttpRequest, code: UUID) -> HttpResponse:
    """With `?transcript=1` all talk is unfolded, however much there is."""
    session = _session(code)
    is_unfolded = request.GET.get("transcript") == "1"
    found = read_sheet(session, whole_talk=is_unfolded)
    page = {
        "session": session,
        "sheet": found,
        "possible": possible_deals(session),
        "summary": found.summary,
        "speech": _speech(session),
        "tokens": f"{found.summary.models.tokens:,}",
        "is_unfolded": is_unfolded,
        "has_few_rooms": len(found.rooms) <= MOST_UNFOLDED,
    }
    return render(request, "sheet.html", page)


@require_safe
@readers_page
def sheet_csv(request: HttpRequest, code: UUID) -> HttpResponse:
    """A line for each room."""
    summary = summarise(_session(code))
    return csv_response(f"deal-sheet-{code}.csv", HEADINGS, rows_of(summary))


def _session(code: UUID) -> Session:
    return get_object_or_404(Session.objects.select_related("buyer"), code=code)


def _speech(session: Session) -> Speech:
    by_agents = Message.objects.filter(run__session=session).exclude(voice=Voice.PERSON)
    found = by_agents.aggregate(
        messages=Count("id"),
        by_model=Count("id", filter=Q(voice=Voice.MODEL)),
        by_stand_in=Count("id", filter=~Q(fallback="")),
    )
    return Speech(**found)
