"""A room looked at again: its replay, and the comparison with what would have been."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from marketplace.callers import anybody_known, known_caller, readers_page
from marketplace.models import Role
from marketplace.pages.comparing import compare_with_branches
from marketplace.pages.eyes import look_of
from negotiation.access import rooms_of
from negotiation.models import NegotiationRun


@require_safe
@anybody_known
def replay(request: HttpRequest, code: UUID) -> HttpResponse:
    """With the eyes of whoever looks; of a room that still goes on, up to now."""
    principal = known_caller(request)
    runs = rooms_of(principal).select_related("session__buyer", "item")
    run = get_object_or_404(runs.prefetch_related("participants"), code=code)
    look = look_of(request, principal, run)
    page = {"run": run, "look": look, "sees_limits": look.viewer.role != Role.SELLER, "may_steer": False}
    return render(request, "replay.html", page)


@require_safe
@readers_page
def compare(request: HttpRequest, code: UUID) -> HttpResponse:
    """Of a what-if, the page of the room that it goes back to."""
    run = get_object_or_404(NegotiationRun.objects.select_related("session__buyer", "item"), code=code)
    if run.branched_from is not None:
        return redirect("compare", run.branched_from.code)
    comparison = compare_with_branches(run)
    page = {"run": run, "comparison": comparison, "lines": json.dumps(comparison.lines())}
    return render(request, "compare.html", page)
