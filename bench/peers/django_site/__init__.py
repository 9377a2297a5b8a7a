"""A Django project whose admin lists the same SIP accounts, with Django's defaults for production.

Templates are kept compiled, connections to the database stay open, and the database is SQLite in WAL mode.
"""
