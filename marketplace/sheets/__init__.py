"""The deal sheet of a session: what was bought, why, and what was saved."""
