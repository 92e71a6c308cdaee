"""What can go wrong around a room.

NegotiationError
    RoomNotFound
    AlreadyActive      a second start
    NotActive          not started, paused, or over
    AlreadyDecided     the one outcome is there
    NoSellers          nobody can serve the item
    ModelAway          a room that is to speak by a model, which is not there
    Refused            the core refused the move; `code` is its code
"""


class NegotiationError(Exception):
    code = "NEGOTIATION_ERROR"


class RoomNotFound(NegotiationError):
    code = "ROOM_NOT_FOUND"


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


class Refused(NegotiationError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
