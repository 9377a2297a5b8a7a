"""What can go wrong with the portal's own keepings."""


class StorageUnavailable(Exception):
    """The database or Redis, where the portal keeps its sessions and forms, did not answer."""
