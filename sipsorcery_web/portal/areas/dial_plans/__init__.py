"""Dial plans."""
