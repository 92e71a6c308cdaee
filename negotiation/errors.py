"""What can go wrong around a room.

NegotiationError
    RoomNotFound
    AlreadyActive      a second start
    NotActive          not started, paused, or over
    AlreadyDecided     the one outcome is there
    NoSellers          nobody can serve the item
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


class Refused(NegotiationError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
