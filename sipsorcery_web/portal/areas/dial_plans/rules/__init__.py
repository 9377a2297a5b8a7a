"""Dial plans without code: a list of rules in a form, written to and read from the plan's script."""
