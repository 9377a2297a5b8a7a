"""The values that plans keep for their owner (`DBWrite`), read and written by programs."""

from sipsorcery_web.contract.areas import Area

from ..bodies import object_of
from .calls import Call
from .results import Failure


def write_value(call: Call) -> object:
    """Keep a value of the owner's."""
    owner, given = call.admitted(Area.DIAL_PLANS.writing, "keyvalue/write"), object_of(call.request)
    key, value = given.get("key"), given.get("value")
    if not (isinstance(key, str) and key and isinstance(value, str)):
        raise Failure("A key and a value have to be given, both as texts.")
    call.behind.values.write(owner, key, value)
    return True


def read_value(call: Call) -> object:
    """Return a value of the owner's; None where there is none."""
    owner = call.admitted(Area.DIAL_PLANS.reading, "keyvalue/read")
    return call.behind.values.read(owner, call.argument("key") or "")


def delete_value(call: Call) -> object:
    """Forget a value of the owner's."""
    owner = call.admitted(Area.DIAL_PLANS.writing, "keyvalue/delete")
    call.behind.values.delete(owner, call.argument("key") or "")
    return True


def list_keys(call: Call) -> object:
    """Return the keys of the owner's values."""
    return call.behind.values.keys(call.admitted(Area.DIAL_PLANS.reading, "keyvalue/getkeys"))
