"""Words that mean something else than a property where they stand without an `@`; all are read in any case."""

OPERATOR_WORDS = frozenset({"and", "or", "not", "mod"})
LITERAL_WORDS = frozenset({"true", "false", "null"})
REFUSED_WORDS = frozenset({"it", "iif", "new"})
TYPE_NAMES = {
    name.lower(): name
    for name in (
        *("Object", "Boolean", "Char", "String", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64"),
        *("UInt64", "Single", "Double", "Decimal", "DateTime", "TimeSpan", "Guid", "Math", "Convert"),
    )
}
RESERVED = OPERATOR_WORDS | LITERAL_WORDS | REFUSED_WORDS | TYPE_NAMES.keys()
