"""The way in for `lab:NAME` minds: which negotiators of NegMAS there are, and one of them at a seat.

Imported by name alone, and only when such a mind is asked for. Raises ImportError where NegMAS is not installed.
"""

from collections.abc import Mapping

from lab.negmas_seat import NegmasMind
from lab.negotiators import BARGAINERS
from negotiation.core.vocabulary import Party

FEWEST_LEVELS, MOST_LEVELS, USUAL_LEVELS = 2, 1001, 101
PARAMETERS = ("levels",)


def make(party: Party, name: str, parameters: Mapping[str, str], seed: int) -> NegmasMind:
    """Plays either side; raises ValueError for a name, a parameter or a value that there is not."""
    check(party, name, parameters)
    return NegmasMind(BARGAINERS[name], int(parameters.get("levels", USUAL_LEVELS)), seed)


def check(party: Party, name: str, parameters: Mapping[str, str]) -> None:
    if name not in BARGAINERS:
        raise ValueError(f"there is no negotiator {name!r} in the lab; there are {', '.join(sorted(BARGAINERS))}")
    for parameter, value in parameters.items():
        if parameter not in PARAMETERS:
            raise ValueError(f"lab:{name} has no parameter {parameter!r}; it has {', '.join(PARAMETERS)}")
        if not value.strip().isdecimal() or not FEWEST_LEVELS <= int(value) <= MOST_LEVELS:
            raise ValueError(f"levels must be a whole number from {FEWEST_LEVELS} to {MOST_LEVELS}, not {value!r}")
