"""The way between call control and Kamailio: one connection to its module evapi, which carries netstrings of JSON."""

from .client import CallChannel

__all__ = ["CallChannel"]
