"""Webhooks: the addresses that a visitor's events are posted to, and what became of each message."""
