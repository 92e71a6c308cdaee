"""What can go wrong around a room.

NegotiationError
    RoomNotFound
        ThreadNotFound
        MoveNotFound   no move of that number, or none that the caller may see
    AlreadyActive      a second start
    NotActive          not started, paused, or over
    AlreadyDecided     the one outcome is there
    NoSellers          nobody can serve the item
    ModelAway          a room that is to speak by a model, which is not there
    ArenaNotFound
    TargetNotFound     an address for notifications that is not there, or not the caller's
    Refused            the core refused the move; `code` is its code, `own_limit` the field that the mover may overrule
"""


class NegotiationError(Exception):
    code = "NEGOTIATION_ERROR"


class RoomNotFound(NegotiationError):
    code = "ROOM_NOT_FOUND"


class ThreadNotFound(RoomNotFound):
    code = "NEGOTIATION_NOT_FOUND"


class MoveNotFound(RoomNotFound):
    code = "MOVE_NOT_FOUND"


class AlreadyActive(NegotiationError):
    code = "NEGOTIATION_ALREADY_ACTIVE"


class NotActive(NegotiationError):
    code = "NEGOTIATION_NOT_ACTIVE"


class AlreadyDecided(NegotiationError):
    code = "ALREADY_DECIDED"


class NoSellers(NegotiationError):
    code = "INSUFFICIENT_INVENTORY"


class ModelAway(NegotiationError):
    code = "LLM_PROVIDER_UNAVAILABLE"


class ArenaNotFound(NegotiationError):
    code = "ARENA_NOT_FOUND"


class TargetNotFound(NegotiationError):
    code = "NOT_FOUND"


class Refused(NegotiationError):
    def __init__(self, code: str, message: str, *, own_limit: str = "") -> None:
        super().__init__(message)
        self.code, self.own_limit = code, own_limit


def own_limit_details(error: Exception) -> list[dict[str, object]] | None:
    """What a client needs in order to ask whether it is meant all the same; None if that would not help."""
    if not (isinstance(error, Refused) and error.own_limit):
        return None
    return [{"field": error.own_limit, "reason": str(error), "can_overrule": True}]
