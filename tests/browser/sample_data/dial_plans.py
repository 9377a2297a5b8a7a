"""Dial plans with something in them, and their history."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.database.connection import open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions, PlanText, Saving

if TYPE_CHECKING:
    from ..scenes import Scene

OFFICE_HOURS = """\
# office-hours: front desk first, then Niamh's mobile, then the tape
DESK   = ["front-desk-1@harbour-dental.example",
          "front-desk-2@harbour-dental.example"]
NIAMH  = "0871550142"
NIGHT  = "after-hours-answering-service@harbour-dental.example"

now  = Time.now.utc
open = (1..5).include?(now.wday) && (8..17).include?(now.hour)

if sys.In then
  sys.Log "call from #{req.Header.From} to #{req.URI.User}"

  if open then
    # ring both desks for 20 seconds
    sys.Dial DESK.join("&"), 20

    # nobody free: the mobile, but show our own number
    if sys.LastFailureStatus == 480 || sys.LastFailureStatus == 486
      sys.Log "desk busy, trying Niamh"
      sys.Dial "#{NIAMH}@blueline-trunk[fu=014400142]", 25
    end
  end

  # closed, or nobody answered
  sys.Dial NIGHT
else
  case req.URI.User
    when /^(112|999)$/ then sys.Dial "#{req.URI.User}@emergency-out"
    when /^00/         then sys.Respond 403, "No foreign calls from here"
    when /^0\\d{8,9}$/  then sys.Dial "#{req.URI.User}@northline-dublin"
    when /^\\d{3}$/     then sys.Dial "#{req.URI.User}@local"
    else sys.Respond 404, "No such number"
  end
end
"""
BEFORE = OFFICE_HOURS.replace(", 20\n", ", 30\n").replace(
    '    when /^00/         then sys.Respond 403, "No foreign calls from here"\n', ""
)
LONG_WORD = "incomingcallsareansweredbythesecondreceptionofthethirdfloor" * 4
NOTES = ("overflow queue", "", "refuse 00 numbers", "mobile after 20 s, not 30", "back to the desk first")


def furnish(scene: "Scene") -> None:
    """Give the plan that most lines use a script and a past; the longest names get the longest lines."""
    program = scene.portal.program_of(scene.owner)
    name = scene.users.lines[0].out_plan if scene.users.lines[0].out_plan != "default" else "office-hours"
    plan = program.dial_plans.page(0, 1, prop("DialPlanName").equals(name))[0]
    is_long = len(name) > 60
    script = "\r\n".join([f"sys.Dial '{LONG_WORD}'"] * 40 + ["if true"]) if is_long else OFFICE_HOURS
    address = f"{'telephonist' * 5}@{'example' * 20}.org" if is_long else "it@harbour-dental.example"
    plan = program.dial_plans.update(plan.with_(dial_plan_script=script, trace_email_address=address))
    scene.plan = plan
    start = datetime(2025, 9, 16, 17, 31, 8, tzinfo=UTC)
    texts = [BEFORE, *(f"# {number}\n{BEFORE}" for number in range(len(NOTES) - 2)), script]
    notes = [(note + LONG_WORD)[:200] if is_long else note for note in NOTES]
    with versions_of(scene) as versions:
        for number, (note, text) in enumerate(zip(notes, texts, strict=True)):
            saved_at = start + timedelta(days=90 * number)
            saving = Saving(PlanText(name, "Ruby", text), scene.owner, saved_at, note, 3 + number, number)
            versions.keep(plan.id, scene.owner, None, saving)


@contextmanager
def versions_of(scene: "Scene") -> Iterator[DialPlanVersions]:
    """The keeping of the portal that browsers talk to."""
    folder = scene.portal.front.folder / "instance"
    with closing(open_database(f"sqlite:///{folder / 'sipsorcery.db'}")) as database:
        yield DialPlanVersions(database, Keyring.load(folder / "keys"))
