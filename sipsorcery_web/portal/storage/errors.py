"""The error of the portal's own storage."""


class StorageUnavailable(Exception):
    """The database or Redis, where the portal keeps its sessions and forms, did not answer."""
