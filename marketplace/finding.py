"""Sessions found by their code: by a query made once, for to make it takes most of the time of showing a session."""

from uuid import UUID

from marketplace.models import Buyer, Session
from negotiation.prepared import Prepared

_SESSION = tuple(field.attname for field in Session._meta.concrete_fields)
_BUYER = tuple(field.attname for field in Buyer._meta.concrete_fields)
_SESSIONS = Prepared(
    lambda code: Session.objects.filter(code=code).order_by().values_list(*_SESSION, *(f"buyer__{n}" for n in _BUYER)),
    Session._meta.get_field("code"),
    UUID(int=0),
)


def find_session(code: UUID) -> Session | None:
    """With its buyer."""
    found = _SESSIONS.rows(code)
    if not found:
        return None
    [row] = found
    session = Session.from_db(None, _SESSION, row[: len(_SESSION)])
    session.buyer = Buyer.from_db(None, _BUYER, row[len(_SESSION) :])
    return session
