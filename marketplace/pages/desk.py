"""The pages of the trade desk: one thread to talk and deal in, the inbox of approvals, and links that invite people."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from marketplace import audit
from marketplace.callers import anybody_known, known_caller, operators_page, page_for
from marketplace.identity import Principal
from marketplace.models import Role
from marketplace.pages.session_lists import asked_page
from marketplace.parties import invitation, make_party_link
from marketplace.sheets.own_side import how_it_went
from marketplace.waiting import moves_asked_of, party_of, pending_approvals, waiting_moves, with_rooms
from negotiation.access import rooms_of
from negotiation.approvals import approvals_of, deals_asked
from negotiation.core.vocabulary import ApprovalState, Party
from negotiation.models import Approval, NegotiationRun, Participant

MOST_DECIDED = 50
DECIDERS = {"link": "the buyer", "key": "a program"}

buyers_side_page = page_for(lambda principal: principal.may_read_all or principal.role == Role.BUYER, "buyers")


@require_safe
@anybody_known
def thread(request: HttpRequest, code: UUID) -> HttpResponse:
    """For a party its own side of the thread; operators and auditors look, and act for the side of `?party=`."""
    principal = known_caller(request)
    found = get_object_or_404(_threads_of(principal), code=code)
    party = _party_of(request, principal)
    page = {
        "thread": found,
        "run": found.run,
        "party": party,
        "parties": list(Party),
        "own_name": found.name if party is Party.SELLER else found.run.session.buyer.name,
        "other_name": found.run.session.buyer.name if party is Party.SELLER else found.name,
        "may_move": party is not None and principal.may_write,
        "other_threads": _other_threads(found.run, found, principal),
        "sentences": how_it_went(found.run, found, party) if party is not None else [],
    }
    return render(request, "thread.html", page)


@require_safe
@buyers_side_page
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits is drawn by the page's script; what was decided stands below."""
    principal = known_caller(request)
    decided = approvals_of(principal).exclude(state=ApprovalState.PENDING)[:MOST_DECIDED]
    page = {
        "nav": "approvals",
        "waiting": pending_approvals(principal).count(),
        "decided": _decisions(decided),
        "most": MOST_DECIDED,
        "may_decide": principal.may_write,
    }
    return render(request, "approvals.html", page)


@require_safe
@anybody_known
def waiting(request: HttpRequest) -> HttpResponse:
    """All moves that are asked of the caller, most urgent first."""
    principal = known_caller(request)
    asked = asked_page(request, with_rooms(moves_asked_of(principal)))
    page = {"nav": "home", "asked": asked, "moves": waiting_moves(principal, asked)}
    return render(request, "waiting_moves.html", page)


@require_POST
@operators_page
def invite(request: HttpRequest, code: UUID) -> HttpResponse:
    """A link, told only here, that lets one person in at the seller's side of the thread, or at the buyer's."""
    found = get_object_or_404(Participant.objects.select_related("run__session__buyer"), code=code)
    role = Role.BUYER if request.GET.get("party") == Party.BUYER else Role.SELLER
    party = party_of(found, role)
    name = known_caller(request).name
    try:
        link, token = make_party_link(role, party, name)
    except ValueError as gone:
        raise Http404 from gone
    audit.note(name, "made link", link=link.pk, role=role, party=party)
    address = request.build_absolute_uri(invitation(token, code))
    return JsonResponse({"link": address, "expires_at": link.expires_at.isoformat()}, status=201)


def _decisions(approvals: Iterable[Approval]) -> list[tuple[Approval, Sequence[tuple[str, int]], str]]:
    """Each with the further terms, and who decided: accounts by their names; a key or a link is nobody's by name."""
    shown = list(approvals)
    asked = deals_asked(shown)
    accounts = [one.decided_by.removeprefix("user/") for one in shown if one.decided_by.startswith("user/")]
    names = {f"user/{pk}": name for pk, name in User.objects.filter(pk__in=accounts).values_list("pk", "username")}
    return [
        (
            one,
            deal.extras if (deal := asked.get((one.run_id, one.number))) else (),
            names.get(one.decided_by) or DECIDERS.get(one.decided_by.partition("/")[0], ""),
        )
        for one in shown
    ]


def _threads_of(principal: Principal) -> QuerySet[Participant]:
    """A seller knows no thread but its own, also in rooms it sits in."""
    threads = Participant.objects.filter(run__in=rooms_of(principal))
    if principal.role == Role.SELLER:
        threads = threads.filter(seller_code__in=principal.parties)
    return threads.select_related("run__session__buyer", "run__item")


def _party_of(request: HttpRequest, principal: Principal) -> Party | None:
    """The side that the page is for; None where somebody looks at both."""
    if principal.role in (Role.BUYER, Role.SELLER):
        return Party(principal.role)
    named = request.GET.get("party", "")
    if named and named not in list(Party):
        raise Http404
    return Party(named) if named else None


def _other_threads(run: NegotiationRun, found: Participant, principal: Principal) -> list[Participant]:
    """The rest of the room, for those who see all of it."""
    return [] if principal.role == Role.SELLER else [one for one in run.participants.all() if one.pk != found.pk]
