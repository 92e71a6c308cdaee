"""Who wants to be told of what, and where: made and taken back by the parties, the operators, and the admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import QuerySet

from marketplace.errors import InvalidRequest, NotAllowed, Problem
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.addresses import Resolve, UnsafeAddress, read_web_address, resolve, safe_ip
from negotiation.errors import TargetNotFound
from negotiation.notification_models import LONGEST_ADDRESS, Channel, Kind, NotificationTarget, Side
from negotiation.webhooks import new_secret

MOST_TARGETS = 10
_is_email = EmailValidator()


@dataclass(frozen=True, slots=True)
class NewTarget:
    channel: Channel
    address: str
    kinds: Sequence[Kind]


def targets_of(principal: Principal) -> QuerySet[NotificationTarget]:
    """A party's own; operators and auditors know of all. Raises NotAllowed for watchers."""
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return NotificationTarget.objects.all()
        case Role.BUYER | Role.SELLER:
            return NotificationTarget.objects.filter(side=principal.role.value, party__in=principal.parties)
        case Role.WATCHER:
            raise NotAllowed("Only parties and operators are told of what happens.")


def owner_of(principal: Principal, party: UUID | None) -> tuple[Side, UUID | None]:
    """Whose target the caller makes. Raises InvalidRequest and NotAllowed."""
    match principal.role:
        case Role.OPERATOR:
            if party is not None:
                raise InvalidRequest([Problem("party", "operators make their own targets here")])
            return Side.OPERATOR, None
        case Role.BUYER | Role.SELLER:
            chosen = party or (next(iter(principal.parties)) if len(principal.parties) == 1 else None)
            if chosen not in principal.parties:
                raise InvalidRequest([Problem("party", "must be the code of a party that you act for")])
            return Side(principal.role.value), chosen
        case Role.AUDITOR | Role.WATCHER:
            raise NotAllowed("Only parties and operators are told of what happens.")


def require_few(side: Side, party: UUID | None) -> None:
    """Raises InvalidRequest if the party has as many targets as anybody may."""
    if NotificationTarget.objects.filter(side=side, party=party).count() >= MOST_TARGETS:
        raise InvalidRequest([Problem("address", f"would be one more than {MOST_TARGETS}")])


def make_target(side: Side, party: UUID | None, wanted: NewTarget, made_by: str) -> NotificationTarget:
    """The address was found good."""
    return NotificationTarget.objects.create(
        side=side,
        party=party,
        channel=wanted.channel,
        address=wanted.address,
        kinds=[kind.value for kind in Kind if kind in wanted.kinds],
        secret=new_secret() if wanted.channel is Channel.WEBHOOK else "",
        made_by=made_by,
    )


def delete_target(principal: Principal, code: UUID) -> None:
    """What it is still to be told goes with it. Raises TargetNotFound and NotAllowed."""
    deleted, _ = targets_of(principal).filter(code=code).delete()
    if not deleted:
        raise TargetNotFound(f"There is no notification target {code}.")


def address_problem(channel: Channel, address: str, resolve: Resolve = resolve) -> str:
    """Why nothing may be sent there; empty if it may. It may ask for the name's addresses, which takes a while."""
    if len(address) > LONGEST_ADDRESS:
        return f"must have at most {LONGEST_ADDRESS} characters"
    try:
        match channel:
            case Channel.EMAIL:
                _is_email(address)
            case Channel.WEBHOOK:
                safe_ip(read_web_address(address), resolve, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    except ValidationError:
        return "must be an e-mail address"
    except UnsafeAddress as unsafe:
        return str(unsafe)
    return ""
