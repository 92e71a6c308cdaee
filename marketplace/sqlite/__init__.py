"""Django's backend for SQLite, whose transactions take turns."""
