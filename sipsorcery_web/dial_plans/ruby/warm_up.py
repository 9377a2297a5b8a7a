"""The host of the instance that becomes the image: it answers one plan, so that Ruby has run one before all others."""

from typing import Any

from ..calls import Call
from .host import Stopped

_NOW = 1_790_000_000
SCRIPT = """1.times do
  number, caller = req.URI.User, req.Header.From
  sys.Log "#{number} from #{caller.FromURI.User} at #{Time.now.hour}"
  case number
  when /^0(\\d+)$/ then sys.Dial "#{$1}@provider"
  when "100" then sys.Log("one hundred") if sys.Out && !sys.In
  end
  sys.Dial "#{number}@sip.example.org", 20
  sys.Respond(486, "Busy") if sys.LastFailureStatus == 486
end
"""
"""In a block, whose variables no later script has."""
_CALL = Call(
    user="100",
    host="sip.example.org",
    from_name="Alice",
    from_user="alice",
    from_host="sip.example.org",
    to_uri="sip:100@sip.example.org",
    contact="sip:alice@192.0.2.7:5060",
    user_agent="phone",
    call_id="warm-up",
    received_from="udp:192.0.2.7:5060",
    headers=(("Max-Forwards", "70"), ("Supported", "replaces")),
    account="alice@sip.example.org",
)
_FACTS = vars(_CALL) | {"username": "alice", "plan_name": "warm-up", "time_zone": "UTC", "shows_lines": True}
_ANSWERS: dict[str, Any] = {
    "facts": [item for pair in _FACTS.items() for item in pair],
    "source": SCRIPT,
    "line": None,
    "log": None,
    "zone_offset": 0,
    "dial": "Failed",
    "last_failure_status": 486,
    "respond": None,
    "finished": None,
}


class WarmUp:
    """Such a host; its clock and dice stand still."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        if name not in _ANSWERS:
            raise Stopped(f"The prelude asks for {name} while it is loaded: {arguments}.")
        return _ANSWERS[name]

    def printed(self, text: str) -> None:
        raise Stopped(f"The prelude says: {text}")

    def clock(self) -> int:
        return _NOW * 1_000_000_000

    monotonic = clock

    def random(self, count: int) -> bytes:
        return bytes(count)

    def sleep(self, seconds: float) -> None:
        return None

    def tick(self) -> int:
        return 1
