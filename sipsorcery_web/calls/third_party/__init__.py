"""Calls that a third party sets up: one phone rings, then the other, and both are joined (RFC 3725)."""
