"""The operators' screens of the catalogue. Each kind is in a module of its own, which importing it here registers."""

from marketplace import access_admin, seller_admin, session_admin  # noqa: F401
