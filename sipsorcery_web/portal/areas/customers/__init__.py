"""Customers, for administrators."""
