"""The error of a filter that cannot be read."""


class FilterError(ValueError):
    """A where-expression is refused; the message is the text for the fault (its texts are those of Dynamic LINQ)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
