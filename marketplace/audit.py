"""The trail of what people and programs did that others may ask about one day: one log line each."""

import logging

logger = logging.getLogger("audit")


def note(who: str, deed: str, **about: object) -> None:
    """`who` is a principal's name, or the command that did it. Never put a secret or a private number in `about`."""
    told = " ".join(f"{name}={value}" for name, value in about.items())
    logger.info("%s %s %s", who, deed, told, extra={"audit": {"who": who, "what": deed, **about}})
