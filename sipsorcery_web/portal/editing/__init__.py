"""Changing records: finding, adding, saving and deleting one, alike for every kind."""
