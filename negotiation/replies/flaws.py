"""What can be wrong with a model's reply, and how it is told so when it is asked once more."""

from enum import StrEnum


class Flaw(StrEnum):
    """Stored with the call; the first that applies."""

    NO_OBJECT = "no_object"
    WRONG_TYPE = "wrong_type"
    WRONG_ACTION = "wrong_action"
    WRONG_QUANTITY = "wrong_quantity"
    NO_PRICE = "no_price"
    CLAMPED = "clamped"  # a little outside; the reply is used all the same
    OUT_OF_LATITUDE = "out_of_latitude"
    MAY_NOT_ACCEPT = "may_not_accept"
    MAY_NOT_WALK = "may_not_walk"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    PRICE_NOT_SAID = "price_not_said"
    FOREIGN_NUMBER = "foreign_number"
    SECRET_SAID = "secret_said"  # noqa: S105 - a flaw, no password
    RIVAL_NAMED = "rival_named"
    FALSE_CLAIM = "false_claim"
    CONTRADICTS = "contradicts"  # its own move
    OUT_OF_ROLE = "out_of_role"
    MARKUP = "markup"
    CONTROL_CHARACTERS = "control_characters"
    PROMPT_ECHOED = "prompt_echoed"


class Unusable(Exception):
    """`hint` tells the model what to do better; it names nothing that its prompt did not."""

    def __init__(self, flaw: Flaw, hint: str) -> None:
        super().__init__(flaw.value)  # not the hint, which may tell a limit to whoever reads the log
        self.flaw = flaw
        self.hint = hint
