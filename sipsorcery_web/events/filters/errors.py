"""The refusal of a filter."""


class FilterError(ValueError):
    """A filter that cannot be carried out: why, and at which column, from 1 on; 0 where that is not known."""

    def __init__(self, reason: str, column: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
