"""The error of backups."""


class BackupError(Exception):
    """The backup cannot be made or restored; the message is a sentence for the operator."""
