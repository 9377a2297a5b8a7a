"""Scripts: their length and their types."""

MOST_CHARACTERS = 30_000
RUBY, EXTENSION_LINES = "Ruby", "Asterisk"
TYPES = ((RUBY, "Ruby"), (EXTENSION_LINES, "Extension lines"))
"""What can be chosen: how the service calls a type, and its words."""


def type_words(script_type: str | None) -> str:
    """Return the name of a script type on pages.

    Letter case does not matter to the service, and an unknown one stays as it is.
    """
    known = {value.lower(): words for value, words in TYPES}
    return known.get((script_type or "").lower(), script_type or "not set")


def type_value(script_type: str | None) -> str:
    """The type as the choice has it, where it is one of the choice; else as it is stored."""
    known = {value.lower(): value for value, _ in TYPES}
    return known.get((script_type or "").lower(), script_type or "")
