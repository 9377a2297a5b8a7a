"""Records of calls, as only the SIP servers of the original write them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sipsorcery_web.contract.records import SIPCDRAsset


def cdrs_of(owner: str, count: int, began: datetime) -> Sequence[SIPCDRAsset]:
    """Return so many call records, a minute apart, the newest to 00001.

    Every third came in, without a caller's name.
    """
    return [
        SIPCDRAsset(
            id=uuid4(),
            owner=owner,
            answered_status=200,
            call_direction="Out" if number % 3 else "In",
            call_id=f"{number}@192.0.2.1",
            created=began - timedelta(minutes=number),
            dst=f"{number:05}",
            dst_host="northline.example",
            dst_uri=f"sip:{number:05}@northline.example",
            from_header="<sip:front-desk@sip.example.org>",
            from_user="front-desk",
        )
        for number in range(1, count + 1)
    ]
