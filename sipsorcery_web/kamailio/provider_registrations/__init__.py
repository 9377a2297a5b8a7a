"""Registrations with providers: the portal decides what is sent and when, Kamailio carries it.

Kamailio's own client for this (module `uac`) knows MD5 and the first challenge alone, and its pace follows whatever
providers answer. Here `agent` finds whose turn it is, `attempt` speaks with the provider, `pace` says when next, and
`addresses` tells Kamailio where calls of registered providers may come from.
"""

from .addresses import ProviderAddresses
from .agent import RegistrationAgent

__all__ = ["ProviderAddresses", "RegistrationAgent"]
