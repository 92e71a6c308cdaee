"""Makes the interpreter ready for long service, once everything is loaded."""

import gc
import sys

# While the event loop is busy, a thread that comes back from the database waits so long for its turn, more than once
# at every query and some twenty times in a transaction that others wait for.
SWITCH_SECONDS = 0.0002
# A model call makes some thousand objects, nearly all of which go without the collector.
COLLECT_AFTER = (5_000, 20, 20)


def settle() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is loaded by now stays; a collector that skips it no longer shows in the slowest answers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
