"""Signing in and out, and creating an account."""
