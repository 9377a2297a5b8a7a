"""The areas of the contract: what a token for programs can be made for (`scopes`)."""

from enum import StrEnum


class Area(StrEnum):
    """A part of what a customer has; each operation that tokens may call says which it is about."""

    ACCOUNTS = "accounts"
    PROVIDERS = "providers"
    DIAL_PLANS = "dial-plans"
    CALLS = "calls"
    CUSTOMER = "customer"
    AUDIT = "audit"
    TOKENS = "tokens"

    @property
    def reading(self) -> str:
        """Return the scope that reads what is in the area, but for passwords."""
        return f"{self}:read"

    @property
    def reading_passwords(self) -> str:
        """Return the scope that has passwords told, where something of the area is read or written."""
        return f"{self}:read-passwords"

    @property
    def writing(self) -> str:
        """Return the scope that adds, changes and deletes what is in the area."""
        return f"{self}:write"
