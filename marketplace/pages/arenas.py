"""Arenas: the list, an arena with its grid and leaderboards, the games behind a cell, and what operators do to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace import audit
from marketplace.callers import known_caller, operators_page, readers_page
from marketplace.pages import arena_games
from marketplace.pages.arena_measures import MEASURES, share, shown
from marketplace.pages.arena_tables import SIDES, boards_of, costs_of, grid_of
from marketplace.pages.arena_words import difference_words, sum_words
from marketplace.pages.session_lists import asked_page
from marketplace.templatetags.parley import duration
from negotiation.arena import services
from negotiation.arena.results import Progress, Table
from negotiation.arena_models import Arena
from negotiation.core.vocabulary import ArenaState, Party
from negotiation.errors import ArenaNotFound, NegotiationError

# By the state, what operators may do with one press: the page's name and its words.
STEPS = {
    ArenaState.WAITING: ("pause_arena", "Pause"),
    ArenaState.PLAYING: ("pause_arena", "Pause"),
    ArenaState.PAUSED: ("resume_arena", "Resume"),
}


@dataclass(frozen=True, slots=True)
class Leader:
    mind: str
    mean: str


@dataclass(frozen=True, slots=True)
class Line:
    """An arena in the list."""

    arena: Arena
    words: str
    progress: Progress
    leader: Leader | None

    @property
    def is_open(self) -> bool:
        return not self.arena.is_over

    @property
    def over(self) -> int:
        return self.progress.done + self.progress.failed


@dataclass(frozen=True, slots=True)
class Versus:
    """Two minds of one side compared; they are named by their places."""

    side: str
    one: int
    other: int
    words: str
    choices: Sequence[tuple[str, str, Sequence[str]]]


@require_safe
@readers_page
def arenas(request: HttpRequest) -> HttpResponse:
    asked = asked_page(request, services.arenas())
    listed = list(asked)
    progress, leaders = services.progress_of_all(listed), services.leaders_of(listed)
    lines = [_line(one, progress[one.pk], leaders.get(one.pk)) for one in listed]
    return render(request, "arenas.html", {"nav": "arenas", "arenas": lines, "asked": asked})


@require_safe
@readers_page
def arena(request: HttpRequest, code: UUID) -> HttpResponse:
    """The grid of `?measure=`; `?one=` and `?other=` are compared."""
    found = _found(code)
    progress = services.progress_of(found)
    table = services.table_of(found, shown(request.GET.get("measure", "")).key)
    page = {
        "nav": "arenas",
        "arena": found,
        "api": f"/api/v1/arenas/{found.code}",
        "sum_words": _sum_words(found, progress.total),
        "progress": progress,
        "over": progress.done + progress.failed,
        "took_words": _took_words(found, progress),
        "is_open": not found.is_over,
        "step": STEPS.get(ArenaState(found.state)),
        "measures": MEASURES,
    }
    if table.done:
        costs = costs_of(table)
        page |= {
            "grid": grid_of(table, reverse("arena_games", args=[found.code])),
            "boards": boards_of(table),
            "versus": _versus(request, found, table),
            "costs": costs,
            "asks_models": any(row.asks_models for row in costs),
        }
    return render(request, "arena.html", page)


@require_safe
@readers_page
def games(request: HttpRequest, code: UUID) -> HttpResponse:
    """The rooms of the two minds of `?buyer=` and `?sellers=`, which are named by their places."""
    found = _found(code)
    buyer = _at(found.buyers, request.GET.get("buyer", "0"))
    sellers = _at(found.sellers, request.GET.get("sellers", "0"))
    sorting = arena_games.Sorting.asked(request.GET.get("sort", ""))
    over = arena_games.over_of(services.games_of(found, buyer, sellers))
    asked = Paginator(sorting.sorted(over), arena_games.ON_A_PAGE).get_page(request.GET.get("page"))
    page = {
        "nav": "arenas",
        "arena": found,
        "buyer": buyer,
        "sellers": sellers,
        "is_open": not found.is_over,
        "figures": arena_games.figures_of(services.table_of(found).cell(buyer, sellers)) if over else [],
        "columns": arena_games.columns_of(sorting),
        "is_worst_first": not sorting.column,
        "asked": asked,
        "games": arena_games.as_shown(list(asked)),
    }
    return render(request, "arena_games.html", page)


@require_POST
@operators_page
def pause(request: HttpRequest, code: UUID) -> HttpResponse:
    return _change(request, code, services.pause)


@require_POST
@operators_page
def resume(request: HttpRequest, code: UUID) -> HttpResponse:
    return _change(request, code, services.resume)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def cancel(request: HttpRequest, code: UUID) -> HttpResponse:
    if request.method == "POST":
        return _change(request, code, services.cancel)
    words = {
        "question": "Cancel this arena?",
        "consequence": "rooms that are at work end without a deal, and no other game begins. What was played stays.",
        "yes": "Cancel the arena",
    }
    return _confirm(request, _found(code), words)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_page
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    found = _found(code)
    if request.method != "POST":
        games = services.progress_of(found).total
        counted = f"its {games:,} games" if games != 1 else "its game"
        words = {
            "question": "Delete this arena?",
            "consequence": f"it goes with {counted}, their rooms and their talk. This cannot be undone.",
            "yes": "Delete the arena",
        }
        return _confirm(request, found, words)
    name = str(found)
    try:
        services.delete_arena(found)
    except ArenaNotFound as gone:
        raise Http404 from gone
    audit.note(known_caller(request).name, "deleted arena", arena=code)
    messages.success(request, f"{name} was deleted.")
    return redirect("arenas")


def _found(code: UUID) -> Arena:
    try:
        return services.find_arena(code)
    except NegotiationError as missing:
        raise Http404(str(missing)) from missing


def _confirm(request: HttpRequest, found: Arena, words: dict[str, str]) -> HttpResponse:
    return render(request, "arena_confirm.html", {"nav": "arenas", "arena": found, **words})


def _change(request: HttpRequest, code: UUID, change: Callable[[Arena], None]) -> HttpResponse:
    """Whatever became of it meanwhile, the page shows."""
    found = _found(code)
    try:
        change(found)
    except NegotiationError as refused:
        messages.warning(request, f"Not done: {refused}.".replace("..", "."))
    return redirect(found)


def _line(found: Arena, progress: Progress, leader: tuple[str, float] | None) -> Line:
    best = Leader(leader[0], share(leader[1])) if leader else None
    return Line(found, _sum_words(found, progress.total), progress, best)


def _sum_words(found: Arena, games: int) -> str:
    """What the games multiply up from."""
    scenarios = games // (len(found.buyers) * len(found.sellers) * found.repeats)
    return sum_words(len(found.buyers), len(found.sellers), scenarios, found.repeats)


def _took_words(found: Arena, progress: Progress) -> str:
    if not found.is_over:
        return "" if progress.seconds_left is None else f"about {duration(progress.seconds_left)} left"
    if found.started_at is None or found.ended_at is None:
        return ""
    return f"took {duration((found.ended_at - found.started_at).total_seconds())}"


def _versus(request: HttpRequest, found: Arena, table: Table) -> Versus:
    """Of what is asked; else the leader and the next of the first side that has two minds."""
    minds = {Party.BUYER: table.buyers, Party.SELLER: table.sellers}
    choices = [(side.value, words, minds[side]) for side, words in SIDES.items()]
    asked = [_place(request.GET.get(name, ""), minds) for name in ("one", "other")]
    (side, one), (other_side, other) = (place or default for place, default in zip(asked, _leaders(table), strict=True))
    if side is not other_side:
        return Versus(side, one, one, "Choose two buyers, or two sellers' minds.", choices)
    first, second = minds[side][one], minds[side][other]
    difference = services.comparison_of(found, side, first, second) if one != other else None
    return Versus(side, one, other, difference_words(difference, side, first, second), choices)


def _leaders(table: Table) -> tuple[tuple[Party, int], tuple[Party, int]]:
    is_buyers = len(table.buyers) > 1 or len(table.sellers) == 1
    side, rows, minds = (
        (Party.BUYER, table.buyer_rows, table.buyers) if is_buyers else (Party.SELLER, table.seller_rows, table.sellers)
    )
    best, then = rows[0], rows[min(1, len(rows) - 1)]
    return (side, minds.index(best.mind)), (side, minds.index(then.mind))


def _place(text: str, minds: dict[Party, tuple[str, ...]]) -> tuple[Party, int] | None:
    """`seller:2` is the third of the sellers' minds; None for what is none."""
    side, _, place = text.partition(":")
    known = {party.value: range(len(names)) for party, names in minds.items()}.get(side, range(0))
    return next(((Party(side), number) for number in known if str(number) == place), None)


def _at(minds: Sequence[str], place: str) -> str:
    found = next((mind for number, mind in enumerate(minds) if str(number) == place), None)
    if found is None:
        raise Http404("there is no such mind in this arena")
    return found
