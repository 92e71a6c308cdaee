"""The first thing that a process does which plays games for another. It imports no tables: they need what it does."""

import signal

import django


def set_up() -> None:
    """Leaves an interrupt at the terminal, which all processes hear, to the one that hands out the games."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
