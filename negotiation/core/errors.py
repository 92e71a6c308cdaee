"""What a move can break.

IllegalMove
    WrongRoomStatus   the room is not running
    NotYourTurn       the other side has the turn
    ThreadClosed      somebody walked away
    UnknownSeller     nobody of that id sits in the room
    OfferNotLive      the offer is unknown, one's own, or no longer open
    OutsideLimits     price or quantity beyond the mover's own limits or the rules
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
