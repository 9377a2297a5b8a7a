"""The monitoring console: the events that somebody asks for, while they look."""
