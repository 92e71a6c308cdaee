"""What a move can break.

IllegalMove
    WrongRoomStatus   the room is not running
    NotYourTurn       the other side has the turn
    ThreadClosed      somebody walked away
    UnknownSeller     nobody of that id sits in the room
    OfferNotLive      the offer is unknown, one's own, or no longer open
    SeatNotHeld       an agent moves there, nobody by hand
    OutsideLimits     price or quantity beyond the mover's own limits or the rules
        BeyondOwnLimits   beyond limits that the mover may overrule by hand
"""


class IllegalMove(Exception):
    code = "ILLEGAL_MOVE"


class WrongRoomStatus(IllegalMove):
    code = "NEGOTIATION_NOT_ACTIVE"


class NotYourTurn(IllegalMove):
    code = "NOT_YOUR_TURN"


class ThreadClosed(IllegalMove):
    code = "THREAD_CLOSED"


class UnknownSeller(IllegalMove):
    code = "NOT_FOUND"


class OfferNotLive(IllegalMove):
    code = "OFFER_NOT_LIVE"


class OutsideLimits(IllegalMove):
    code = "OUTSIDE_MANDATE"


class BeyondOwnLimits(OutsideLimits):
    """`limit` says which one is crossed; `field` by what: a further term, as in `terms.delivery_days`, or the price."""

    def __init__(self, limit: str = "this is beyond your own limits", field: str = "price") -> None:
        super().__init__(f"{limit}; it takes your express word to do it all the same")
        self.limit, self.field = limit, field


class SeatNotHeld(IllegalMove):
    code = "SEAT_NOT_HELD"
