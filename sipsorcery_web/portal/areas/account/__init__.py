"""The visitor's own customer record."""
