"""The words that rooms, offers and their ends are told in; their values stand in tables and on the wire."""

from enum import StrEnum


class Party(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"

    @property
    def other(self) -> "Party":
        return Party.SELLER if self is Party.BUYER else Party.BUYER


class Holder(StrEnum):
    """Who moves at a seat; seats change hands."""

    AGENT = "agent"
    PERSON = "person"
    PROGRAM = "program"


class Voice(StrEnum):
    """Who found the words."""

    TEMPLATE = "template"
    MODEL = "model"
    PERSON = "person"
    PROGRAM = "program"

    @property
    def speaker(self) -> Holder:
        """Whose words they are: an agent speaks by template or model."""
        return _SPEAKERS.get(self, Holder.AGENT)


_SPEAKERS = {Voice.PERSON: Holder.PERSON, Voice.PROGRAM: Holder.PROGRAM}


class Action(StrEnum):
    """What whoever holds a seat may do in a thread."""

    OFFER = "offer"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    WALK_AWAY = "walk_away"
    MESSAGE = "message"


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
        """Started and not over."""
        return self in _STARTED

    @property
    def is_in_play(self) -> bool:
        """Moves may be made: started, not over, and not paused."""
        return self in _IN_PLAY


_OVER = frozenset(
    {
        RoomStatus.COMPLETED,
        RoomStatus.EXPIRED,
        RoomStatus.CANCELLED,
        RoomStatus.FAILED,
        RoomStatus.NO_SELLERS,
    }
)
_IN_PLAY = frozenset({RoomStatus.QUEUED, RoomStatus.ACTIVE, RoomStatus.WAITING})
_STARTED = _IN_PLAY | {RoomStatus.PAUSED}


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
    CHOSEN = "chosen"  # by the person or program at the buyer's seat
    APPROVED = "approved"
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


class ApprovalKind(StrEnum):
    """Why a deal is beyond what the buyer's agent may close alone."""

    ABOVE_THRESHOLD = "above_threshold"
    BELOW_MINIMUM = "below_minimum"


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    MODIFIED = "modified"  # a counter-offer was made instead
    EXPIRED = "expired"


class TradeState(StrEnum):
    """What has become of a deal since it was made."""

    AGREED = "agreed"
    CONFIRMED = "confirmed"  # by both sides
    CANCELLED = "cancelled"


class ArenaState(StrEnum):
    WAITING = "waiting"
    PLAYING = "playing"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class GameState(StrEnum):
    WAITING = "waiting"
    PLAYING = "playing"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        return self in (GameState.DONE, GameState.FAILED)
