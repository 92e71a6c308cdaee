"""Whether a room's log is the one that was written: numbers without gaps, and each hash over the one before."""

from negotiation.models import NegotiationRun
from negotiation.store import chain


def first_broken(run: NegotiationRun) -> int | None:
    """The number of the first event that is missing or not as it was written, None if the log is whole."""
    previous, expected = "", 1
    for row in run.events.order_by("seq"):
        if row.seq != expected or row.hash != chain(previous, row.seq, row.type, row.payload, row.at):
            return expected
        previous, expected = row.hash, row.seq + 1
    is_whole = run.last_seq == expected - 1 and run.last_hash == previous
    return None if is_whole else expected
