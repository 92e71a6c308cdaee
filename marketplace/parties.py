"""Buyers and sellers that come in by themselves: accounts tied to them, and links that let one browser in."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from marketplace.identity import PARTY_LINK_IN_SESSION, hashed, living_parties
from marketplace.models import Buyer, PartyAccess, PartyLink, Role, Seller

LINK_DAYS = 7


def party_problem(role: Role, party: UUID | None) -> str:
    """Why a key or link of this role cannot act for that party; empty if it can."""
    if role not in (Role.BUYER, Role.SELLER):
        return f"A key of the role {role} acts for no party." if party else ""
    if party is None:
        return f"Name the {role} that it acts for, by its code."
    return "" if living_parties(role, [party]) else f"There is no {role} with the code {party}."


def account_problem(user: User, role: Role) -> str:
    """Why the account cannot act for a party of this role; empty if it can."""
    if user.is_staff:
        return "Staff act for no party: give the party an account of its own."
    if PartyAccess.objects.filter(user=user).exclude(role=role).exists():
        return "The account acts for the other side already."
    return ""


def make_party_link(role: Role, party: UUID, made_by: str, expires_at: datetime | None = None) -> tuple[PartyLink, str]:
    """The stored link and its token, which is told only here. Raises ValueError if there is no such party."""
    problem = party_problem(role, party)
    if problem:
        raise ValueError(problem)
    token = secrets.token_urlsafe(24)
    ends = expires_at or timezone.now() + timedelta(days=LINK_DAYS)
    link = PartyLink.objects.create(token_hash=hashed(token), role=role, party=party, made_by=made_by, expires_at=ends)
    return link, token


def invitation(token: str, thread: UUID | None = None) -> str:
    """The path by which the token is used; it leads to that thread's page, else to the party's rooms."""
    path = reverse("enter", args=[token])
    return path if thread is None else f"{path}?thread={thread}"


def party_link_of(token: str) -> PartyLink | None:
    """The link if it may still be used."""
    link = _unused().filter(token_hash=hashed(token)).first()
    return link if link is not None and living_parties(Role(link.role), [link.party]) else None


def party_name(role: Role, party: UUID) -> str:
    """Of a party that exists."""
    kept = Buyer.objects if role == Role.BUYER else Seller.objects
    return str(kept.filter(code=party).values_list("name", flat=True).get())


def redeem_party_link(token: str, session: SessionBase) -> PartyLink | None:
    """Lets the browser of the session in, once; whoever was signed in there before is not any more."""
    link = party_link_of(token)
    if link is None or not _unused().filter(pk=link.pk).update(used_at=timezone.now()):
        return None
    session.flush()
    session[PARTY_LINK_IN_SESSION] = link.pk
    session.set_expiry(0)
    return link


def revoke_party_links(links: QuerySet[PartyLink]) -> int:
    """The links let nobody in from now on, and whoever they let in is out; how many of them counted until now."""
    return links.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def _unused() -> QuerySet[PartyLink]:
    return PartyLink.objects.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())
