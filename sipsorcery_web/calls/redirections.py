"""Legs of redirections: where the contact of a 3xx leads, without the credentials of the leg that was redirected."""

from dataclasses import dataclass, replace

from sipsorcery_web.dial_plans.dial_strings import DialString, address_of
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.legs import Directory, Leg
from sipsorcery_web.dial_plans.ringing import Rung
from sipsorcery_web.dial_plans.sip_text import UnfitText, host_part

from .live_world import LiveWorld
from .sent_legs import LegRefused


@dataclass(frozen=True)
class Redirections:
    """Finds the legs for an execution."""

    world: LiveWorld
    execution: Execution

    def leg(self, redirected: Rung) -> Leg:
        """The leg of a redirection. Raises LegRefused where it leads nowhere."""
        options = replace(redirected.leg.options, delay=0)
        try:
            to = replace(address_of(redirected.to, self.execution.call), options=options)
            host = host_part(to.where)
        except UnfitText as error:
            raise LegRefused(f"it is redirected to no SIP address ({error})") from error
        if self.world.canonical_domain(host) is None:
            uri = f"{to.scheme}:{to.user}@{host}{to.parameters}"
            return Leg(kind="address", name=f"{to.user}@{host}", uri=uri, options=options)
        directory = Directory(self.world, self.execution.plan, self.execution.call)
        found = directory.find(DialString(((to,),)))
        if not found.groups:
            raise LegRefused(" ".join(found.notes))
        return found.groups[0][0]
