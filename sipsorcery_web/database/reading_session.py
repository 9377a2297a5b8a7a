"""A session that only reads, for the least cost: what is read by it is mostly rows, through its connection."""

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session


class ReadingSession(Session):
    """A session over one connection, which it has from its first reading on until it is closed.

    SQLAlchemy's own begins and ends a transaction with objects of its own around that of the connection; here that is
    done for objects alone, since it takes longer than most statements.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(expire_on_commit=False)
        self._engine = engine
        self._connection: Connection | None = None

    def connection(self, *_: Any, **__: Any) -> Connection:
        """Return the connection, whose transaction is that of the session."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return the same for what is read as objects."""
        return self.connection()

    def close(self) -> None:
        """End the transaction, and give the connection back."""
        if self.in_transaction():
            super().close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
