"""Requests to other machines: one limit on the time of a whole exchange, and who may be sent any."""
