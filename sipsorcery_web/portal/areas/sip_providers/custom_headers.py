"""Custom headers: one text on the wire, a row for each in the form."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field

SEPARATOR = "|"
MOST_ROWS = 400
"""More of them cannot be stored, and each is a row of the page."""


class HeadersField(Field):
    """Rows that are sent under one name, stored as one text.

    A stored text stays as it is, blanks and empty parts with it, while its rows are left as they are shown.
    """

    data: str | None
    rows: Sequence[str] = ()
    """What the form shows, in front of an empty row."""

    def process_data(self, value: Any) -> None:
        """Start with what is stored."""
        self.data = value
        self.rows = split(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed; ValueError for a row that would be read as two."""
        if not valuelist:
            return
        self.rows = [row.strip() for row in valuelist if row.strip()]
        if list(self.rows) != split(self.object_data):
            self.data = SEPARATOR.join(self.rows)
            self._refuse_too_many()
        if any(SEPARATOR in row for row in self.rows):
            raise ValueError("A header cannot hold the character |. It stands between two of them.")

    def _refuse_too_many(self) -> None:
        if len(self.rows) > MOST_ROWS:
            self.rows = self.rows[:MOST_ROWS]
            raise ValueError(f"There are more than {MOST_ROWS} headers. The first {MOST_ROWS} are shown here.")


def split(text: str | None) -> list[str]:
    """The headers of a stored text."""
    return [part.strip() for part in (text or "").split(SEPARATOR) if part.strip()]
