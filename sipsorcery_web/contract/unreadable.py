"""The secret that is stored and cannot be read."""


class UnreadableSecret(str):
    """A text that is blank, and known again by who made it so."""

    __slots__ = ()


UNREADABLE = UnreadableSecret()
"""In the place of a secret that its service cannot open: blank for whoever wants its text, and on the wire."""


class HoldsSecrets:
    """The base of what has secrets among its attributes."""

    def is_unreadable(self, attribute: str) -> bool:
        """Return True where a secret is stored that its service cannot read."""
        return getattr(self, attribute) is UNREADABLE
