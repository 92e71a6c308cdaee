"""The deal sheet of a session: what was bought, from whom, why, and what was saved."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from marketplace.callers import readers_page
from marketplace.models import Session
from marketplace.summary import summarise
from negotiation.core.vocabulary import Voice
from negotiation.models import Message


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
    session = get_object_or_404(Session.objects.select_related("buyer"), code=code)
    summary = summarise(session)
    tokens = f"{summary.models.tokens:,}"
    page = {"session": session, "summary": summary, "speech": _speech(session), "tokens": tokens}
    return render(request, "sheet.html", page)


def _speech(session: Session) -> Speech:
    by_agents = Message.objects.filter(run__session=session).exclude(voice=Voice.PERSON)
    found = by_agents.aggregate(
        messages=Count("id"),
        by_model=Count("id", filter=Q(voice=Voice.MODEL)),
        by_stand_in=Count("id", filter=~Q(fallback="")),
    )
    return Speech(**found)
