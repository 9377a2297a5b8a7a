"""A Django project with the same SIP accounts, with Django's defaults for production.

Its admin lists them, and with the settings in `rest/` Django REST framework does, to who has a token. Templates are
kept compiled, connections to the database stay open, and the database is SQLite in WAL mode.
"""

TOKEN = "0123456789abcdef0123456789abcdef01234567"
"""The token of the administrator."""
