"""A stand-in for the original service of 2011, with the habits of either of its stores, over real SOAP.

What it answers was compared with exchanges with the original (`tests/captures`); its weaknesses that a portal has to
live with are there on purpose: secrets in clear, ids and times as the client sent them, a refused update that has
changed the record, sentences of the database in faults.
"""

from .file_store import FileStore
from .mysql_store import MySQLStore
from .server import GenuineService
from .service import DOMAIN

STORES = {"file": FileStore, "mysql": MySQLStore}

__all__ = ["DOMAIN", "STORES", "FileStore", "GenuineService", "MySQLStore"]
