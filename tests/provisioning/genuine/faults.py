"""The faults of the original: a sentence and the name of a .NET type (spec, section 1.8)."""

from dataclasses import dataclass

APPLICATION = "System.ApplicationException"
ARGUMENT = "System.ArgumentException"
KEY_NOT_FOUND = "System.Collections.Generic.KeyNotFoundException"
MYSQL = "MySql.Data.MySqlClient.MySqlException"
NOT_SUPPORTED = "System.NotSupportedException"
NULL_REFERENCE = "System.NullReferenceException"
PARSE = "System.Linq.Dynamic.ParseException"
UNAUTHORISED = "System.UnauthorizedAccessException"


@dataclass
class Thrown(Exception):
    """An exception of the original, which reaches the caller as it is."""

    message: str
    type_name: str = APPLICATION


def null_reference() -> Thrown:
    return Thrown("Object reference not set to an instance of an object", NULL_REFERENCE)


def unauthorised() -> Thrown:
    return Thrown("Attempted to perform an unauthorized operation.", UNAUTHORISED)
