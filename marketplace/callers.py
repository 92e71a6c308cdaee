"""Who makes a request, and which pages are for whom."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from marketplace.identity import Principal, principal_of_session

Page = Callable[..., HttpResponseBase]


def page_for(is_allowed: Callable[[Principal], bool], whose: str) -> Callable[[Page], Page]:
    """Strangers sign in; whoever is known and not meant gets a plain refusal, whether the thing exists or not."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
            principal = caller_of(request)
            if principal is None and request.user.is_anonymous:
                return redirect_to_login(request.get_full_path())
            if principal is None or not is_allowed(principal):
                raise PermissionDenied(f"This page is for the marketplace's {whose}.")
            return page(request, *args, **options)

        return guarded

    return guard


anybody_known = page_for(lambda principal: True, "operators")
readers_page = page_for(lambda principal: principal.may_read_all, "operators")
operators_page = page_for(lambda principal: principal.is_operator, "operators")


def caller_of(request: HttpRequest) -> Principal | None:
    """Looked up once for each request."""
    if not hasattr(request, "user"):
        return None  # refused before anybody asked who it is
    if not hasattr(request, "_caller"):
        request._caller = principal_of_session(request.session, request.user)  # type: ignore[attr-defined]
    found: Principal | None = request._caller  # type: ignore[attr-defined]
    return found


def name_known_by_now(request: HttpRequest) -> str:
    """The name of the principal or account if anybody has asked who it is; asks no database."""
    for attribute in ("auth", "_caller"):
        principal = getattr(request, attribute, None)
        if isinstance(principal, Principal):
            return principal.name
    user = getattr(request, "_cached_user", None)  # where Django's own middleware keeps it
    return f"user/{user.pk}" if isinstance(user, User) else ""


def known_caller(request: HttpRequest) -> Principal:
    """On a page that is guarded."""
    principal = caller_of(request)
    assert principal is not None
    return principal


def principal_of(request: HttpRequest) -> Principal:
    """Of the API: whom its authentication has found."""
    principal = request.auth  # type: ignore[attr-defined]
    assert isinstance(principal, Principal)
    return principal


def caller(request: HttpRequest) -> dict[str, object]:
    """For templates: `caller` is the principal, or None; looked up if the page asks."""
    return {"caller": SimpleLazyObject(lambda: caller_of(request))}
