"""The page on which an action of the admin says what it is about to do, and to what, before it does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from marketplace.backoffice.kinds import ModelAdmin


@dataclass(frozen=True, slots=True)
class Question:
    """`things` are what will be changed; without any, `nothing` is said. A `longest_reason` of 0 asks for no reason."""

    action: str
    title: str
    what_happens: str
    things: Sequence[str]
    nothing: str
    button: str
    longest_reason: int = 0


def is_confirmed(request: HttpRequest) -> bool:
    return bool(request.POST.get("post"))


def ask(
    screen: ModelAdmin, request: HttpRequest, chosen: "QuerySet[Any]", question: Question, *, problem: str = ""
) -> TemplateResponse:
    """Its form sends the same action for the same rows again, confirmed."""
    page = {
        **screen.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "chosen": [row.pk for row in chosen],
        "problem": problem,
        "opts": screen.opts,
        "media": screen.media,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirm_action.html", page)
