"""The error of settings."""


class SettingError(Exception):
    """A variable holds something that it cannot mean; the message names it."""
