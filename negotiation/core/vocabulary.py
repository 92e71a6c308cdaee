"""The words that rooms, offers and their ends are told in; their values stand in tables and on the wire."""

from enum import StrEnum


class Party(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"

    @property
    def other(self) -> "Party":
        return Party.SELLER if self is Party.BUYER else Party.BUYER


class Voice(StrEnum):
    """Who found the words."""

    TEMPLATE = "template"
    MODEL = "model"
    PERSON = "person"


class Fallback(StrEnum):
    """Why template words stand where a model should have spoken; finer reasons are in the log of its calls."""

    UNAVAILABLE = "provider_unavailable"
    TIMED_OUT = "provider_timeout"
    UNUSABLE = "unusable_reply"
    WORDS = "unusable_words"  # its decision stands
    BUDGET = "budget_spent"
    GIVEN_UP = "model_given_up"


class RoomStatus(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    ACTIVE = "active"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    NO_SELLERS = "no_sellers_available"

    @property
    def is_over(self) -> bool:
        return self in _OVER

    @property
    def is_started(self) -> bool:
        """Started and not over: moves may be queued for it, though only an active room plays them."""
        return self in _STARTED


_OVER = frozenset(
    {
        RoomStatus.COMPLETED,
        RoomStatus.EXPIRED,
        RoomStatus.CANCELLED,
        RoomStatus.FAILED,
        RoomStatus.NO_SELLERS,
    }
)
_STARTED = frozenset({RoomStatus.QUEUED, RoomStatus.ACTIVE, RoomStatus.WAITING, RoomStatus.PAUSED})


class OfferStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COUNTERED = "countered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    DEAL = "deal"
    NO_DEAL = "no_deal"


class Reason(StrEnum):
    """Why a room was decided or closed as it was."""

    BEST_OFFER = "best_offer"
    ONLY_OFFER = "only_offer"
    FIRM_ACCEPTANCE = "firm_acceptance"
    FINAL_OFFER = "final_offer"
    GOOD_ENOUGH = "good_enough"
    DECIDED_NOW = "decided_now"
    FORCED = "forced"
    NO_VALID_OFFER = "no_valid_offer"
    SELLERS_LEFT = "sellers_left"
    BUYER_LEFT = "buyer_left"
    OUT_OF_TIME = "out_of_time"
    OUT_OF_CALLS = "out_of_calls"
    OUT_OF_STOCK = "out_of_stock"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


class Failure(StrEnum):
    """How a mind let its seat down; the seat's own strategy moved instead."""

    RAISED = "mind_raised"
    TIMED_OUT = "mind_timed_out"
    NONSENSE = "mind_answered_nonsense"
    ILLEGAL = "illegal_move"
