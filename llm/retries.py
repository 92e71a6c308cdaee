"""How long to wait before a provider is asked once more."""

import random

# Of the first pause: most faults are over in a moment, and a room waits for whoever is slowest.
FIRST_SHARE = 0.25
_MOST_DOUBLINGS = 30


def retry_delay_seconds(
    attempts: int,
    *,
    first_seconds: float,
    most_seconds: float,
    chance: random.Random,
    retry_after_seconds: float | None = None,
) -> float:
    """After so many failed attempts: anything up to a bound (full jitter), which is a quarter of `first_seconds` after
    the first, all of it after the second, and doubles from then on.

    A server that names a time is never asked before it, not even where that time is longer than `most_seconds`.
    """
    assert attempts >= 1
    growth = FIRST_SHARE if attempts == 1 else 2.0 ** min(attempts - 2, _MOST_DOUBLINGS)
    return max(chance.uniform(0.0, min(most_seconds, first_seconds * growth)), retry_after_seconds or 0.0)
