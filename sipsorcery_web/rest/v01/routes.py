"""The routes of REST v0.1 (spec, section 12.2), but for what is not served: service levels, read-only, accounting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sipsorcery_web.contract.records import (
    Record,
    SIPAccount,
    SIPCDRAsset,
    SIPDialPlan,
    SIPProvider,
    SIPProviderBinding,
    SIPRegistrarBinding,
)

from . import acts, key_values
from .acts import Act

PREFIX = "/rest/v0.1/provisioning.svc"


@dataclass(frozen=True)
class Route:
    """An act at its address; `otherwise` stands in the result where it fails."""

    path: str
    method: str
    act: Act
    otherwise: object = None


def _reading(noun: str, record: type[Record]) -> Iterator[Route]:
    yield Route(f"{noun}/count", "GET", acts.counting(record), 0)
    yield Route(f"{noun}/get", "GET", acts.listing(record))


def _changing(noun: str, record: type[Record], words: str) -> Iterator[Route]:
    yield Route(f"{noun}/add", "POST", acts.adding(record))
    yield Route(f"{noun}/update", "POST", acts.changing(record, words))
    yield Route(f"{noun}/delete", "GET", acts.deleting(record, words), False)


ROUTES = (
    Route("customer/add", "POST", acts.add_customer),
    Route("sipdomain/get", "GET", acts.not_implemented),
    *_reading("sipaccount", SIPAccount),
    *_changing("sipaccount", SIPAccount, "SIP account"),
    *_reading("sipaccountbinding", SIPRegistrarBinding),
    *_reading("sipprovider", SIPProvider),
    *_changing("sipprovider", SIPProvider, "SIP provider"),
    *_reading("sipproviderbinding", SIPProviderBinding),
    *_reading("dialplan", SIPDialPlan),
    *_changing("dialplan", SIPDialPlan, "SIP Dial Plan"),
    Route("dialplan/copy", "GET", acts.copy_dial_plan),
    Route("call/count", "GET", acts.not_implemented, 0),
    Route("call/get", "GET", acts.not_implemented),
    *_reading("cdr", SIPCDRAsset),
    Route("keyvalue/write", "POST", key_values.write_value, False),
    Route("keyvalue/read", "GET", key_values.read_value),
    Route("keyvalue/delete", "GET", key_values.delete_value, False),
    Route("keyvalue/getkeys", "GET", key_values.list_keys),
)
IS_ALIVE = "isalive"
"""The route that needs no key."""
BY_PATH: Mapping[str, Route] = {route.path: route for route in ROUTES}
