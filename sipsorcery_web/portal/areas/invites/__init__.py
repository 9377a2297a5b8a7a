"""Invite codes, for administrators."""
