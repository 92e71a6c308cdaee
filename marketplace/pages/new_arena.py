"""The page on which an arena is set up, and what its live line asks."""

import json
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from marketplace import audit
from marketplace.callers import known_caller, operators_page
from marketplace.pages.arena_form import MOST_BYTES, NewArenaForm
from marketplace.pages.arena_words import counted, sum_words
from negotiation.arena.minds import Kind, Parameter, Spec, kinds, lab_is_installed
from negotiation.arena.planning import Plan
from negotiation.arena.services import create_arena
from negotiation.core.vocabulary import Party

NOT_YET = "Nothing can be played yet: mend what is marked."


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def new_arena(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        day = timezone.now()
        return _page(request, NewArenaForm(initial={"name": f"Arena of {day.day} {day:%B %Y}"}))
    form = NewArenaForm(request.POST, request.FILES)
    planned = form.to_plan()
    if planned is None:
        return _page(request, form, status=400)
    who = known_caller(request).name
    made = create_arena(planned[0], made_by=who)
    audit.note(who, "made arena", arena=made.code, games=planned[1].games)
    return redirect(made)


@require_POST
@operators_page
def check_arena(request: HttpRequest) -> HttpResponse:
    """What the form as it stands would come to, in words, or what is wrong with it by field; nothing is made."""
    form = NewArenaForm(request.POST, request.FILES)
    planned = form.to_plan()
    if planned is None:
        errors = {name: [str(reason) for reason in reasons] for name, reasons in form.errors.items()}
        return JsonResponse({"words": NOT_YET, "errors": errors})
    return JsonResponse({"words": plan_words(planned[1]), "errors": {}})


def plan_words(planned: Plan) -> str:
    told = sum_words(len(planned.buyers), len(planned.sellers), len(planned.scenarios), planned.repeats)
    rooms = f", {counted(planned.rooms, 'room', 'rooms')}" if planned.rooms != planned.games else ""
    return f"{told}{rooms}. {_model_words(planned)}"


def _model_words(planned: Plan) -> str:
    if not planned.model_games:
        return "No language model is asked."
    models = dict.fromkeys(_model_of(mind) for mind in (*planned.buyers, *planned.sellers) if mind.uses_model)
    return f"Up to about {_most_calls(planned):,} calls to {' and '.join(models)}, which take long and may cost."


def _model_of(mind: Spec) -> str:
    return dict(mind.parameters).get("model", "the usual model")


def _most_calls(planned: Plan) -> int:
    """One in each round for each mind that asks, in each thread."""
    rounds = settings.NEGOTIATION.max_rounds
    moves = sum(
        int(scenario.body.get("max_rounds") or rounds) * len(scenario.body["sellers"]) * scenario.items
        for scenario in planned.scenarios
    )
    asking = [(buyer.uses_model, seller.uses_model) for buyer in planned.buyers for seller in planned.sellers]
    return moves * planned.repeats * sum(map(sum, asking))


def _page(request: HttpRequest, form: NewArenaForm, status: int = 200) -> HttpResponse:
    sides = [("buyers", Party.BUYER, "Buyers"), ("sellers", Party.SELLER, "Sellers")]
    page = {
        "nav": "arenas",
        "form": form,
        "sides": [
            {"field": form[name], "title": title, "kinds": kinds(party), "told": json.dumps(_told(kinds(party)))}
            for name, party, title in sides
        ],
        "has_lab": lab_is_installed(),
        "most_bytes": MOST_BYTES,
        "most_sellers": settings.NEGOTIATION.max_sellers,
    }
    return render(request, "new_arena.html", page, status=status)


def _told(known: tuple[Kind, ...]) -> list[dict[str, object]]:
    """As the page's script builds its fields from them."""
    return [
        {
            "name": kind.name,
            "summary": kind.summary,
            "parameters": [_told_parameter(one) for one in kind.parameters],
        }
        for kind in known
    ]


def _told_parameter(one: Parameter) -> dict[str, object]:
    low, high = (None if bound is None else str(bound) for bound in (one.low, one.high))
    return {**asdict(one), "low": low, "high": high}
