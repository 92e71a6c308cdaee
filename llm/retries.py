"""How long to wait before a provider is asked once more."""

import random

_MOST_DOUBLINGS = 30


def retry_delay_seconds(
    attempts: int,
    *,
    first_seconds: float,
    most_seconds: float,
    chance: random.Random,
    retry_after_seconds: float | None = None,
) -> float:
    """After so many failed attempts: anything up to a bound that doubles each time (full jitter).

    A server that names a time is never asked before it, not even where that time is longer than `most_seconds`.
    """
    assert attempts >= 1
    bound = min(most_seconds, first_seconds * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS))
    return max(chance.uniform(0.0, bound), retry_after_seconds or 0.0)
