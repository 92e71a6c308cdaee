"""The page on which a session is set up."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from marketplace.callers import operators_page
from marketplace.errors import InvalidRequest, TooManySellers
from marketplace.forms import NewSessionForm, known_items, session_request, shopping_list, standing_sellers
from marketplace.models import Seller
from marketplace.services import create_session, start_session


@dataclass(frozen=True, slots=True)
class Choice:
    """A standing seller that may be invited, with the names of what it stocks."""

    seller: Seller
    is_chosen: bool
    stocked: tuple[str, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def new_session(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else None
    form, items = NewSessionForm(asked), shopping_list(asked)
    known = known_items()
    # Both are asked, so that all errors show at once.
    if asked is not None and all([form.is_valid(), items.is_valid()]):
        try:
            session = create_session(session_request(form, items, known), created_by=_user(request))
        except TooManySellers as error:
            form.add_error("sellers", str(error))
        except InvalidRequest as error:
            form.add_error(None, [problem.reason for problem in error.problems])
        else:
            if "start" in asked:
                start_session(session)
            return redirect(session)
    page = {"nav": "new", "form": form, "items": items, "known": known, "choices": _choices(request)}
    return render(request, "new_session.html", page, status=400 if asked is not None else 200)


def _choices(request: HttpRequest) -> list[Choice]:
    """The standing sellers; those named in `?sellers=` or just sent are chosen, and the first where none was named."""
    named = request.POST.getlist("sellers") if request.method == "POST" else request.GET.getlist("sellers")
    codes = {code.strip() for value in named for code in value.split(",") if code.strip()}
    first = settings.NEGOTIATION.max_sellers if request.method != "POST" and not codes else 0
    return [
        Choice(
            seller=seller,
            is_chosen=place < first or str(seller.code) in codes,
            stocked=tuple(stock.item_name for stock in seller.inventory.all()),
        )
        for place, seller in enumerate(standing_sellers())
    ]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
