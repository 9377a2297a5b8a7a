"""Plans of hostile customers at the real engine."""

from sipsorcery_web.calls.messages import AllTold, CallAsked
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness

from .call_control import ScriptedCallControl
from .test_slice import OUT, Agents


def test_a_body_with_a_null_goes_out_and_has_no_calls_told_again(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, provider: Agents
) -> None:
    hers, blueline = agent("alice", "null-hers", OUT), provider("blueline")
    hers.starts_a_call(f"0355620@{DOMAIN}")
    control.hears(AllTold)  # of its own Hello
    body = {"content_type": "text/plain", "body": "a\0b"}
    control.dials(control.hears(CallAsked), {"uri": f"sip:5@{blueline.at}", **body})
    invite = blueline.hears("INVITE")

    assert (invite["Content-Type"], len(invite.body)) == ("text/plain", 3)
    assert control.hears_nothing(AllTold)
    blueline.replies(invite, 486, "Busy Here")
