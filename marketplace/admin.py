"""The operators' screens of the catalogue. Each kind is in a module of its own, which importing it here registers."""

from marketplace.backoffice import access, sellers, sessions  # noqa: F401
