"""The help in plain words, and the keys."""
