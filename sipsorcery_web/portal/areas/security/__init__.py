"""The protection of a customer's account."""
