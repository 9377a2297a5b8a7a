"""The dial plans of the demonstration and how they became what they are; the scripts lie in `scripts/`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).with_name("scripts")
RUBY, LINES = "Ruby", "Asterisk"


@dataclass(frozen=True)
class Saved:
    """One saving of a plan: when, what for, and the words that it put in the place of others."""

    days_ago: float
    note: str = ""
    new: str = ""
    old: str = ""


@dataclass(frozen=True)
class Plan:
    """A dial plan; `saved` is its history, the latest saving first."""

    owner: str
    name: str
    file: str
    script_type: str = RUBY
    trace: str | None = None
    running: int = 0
    limit: int = 3
    saved: tuple[Saved, ...] = (Saved(400),)

    @property
    def script(self) -> str:
        """Return the script in use."""
        return (SCRIPTS / self.file).read_text("utf-8")

    def versions(self) -> Iterator[tuple[Saved, str]]:
        """Every saving with the script that it left, oldest first."""
        scripts = [self.script]
        for saved in self.saved[:-1]:
            if saved.new not in scripts[-1]:
                raise ValueError(f"The history of {self.name} does not fit its script: {saved.new!r}")
            scripts.append(scripts[-1].replace(saved.new, saved.old))
        yield from zip(reversed(self.saved), reversed(scripts), strict=True)


PLANS = (
    Plan(
        "harbour",
        "office-hours",
        "office-hours.rb",
        trace="it@harbour-dental.example",
        running=2,
        limit=5,
        saved=(
            Saved(1.9, "mobile after 20 s, not 30", 'sys.Dial DESK.join("&"), 20', 'sys.Dial DESK.join("&"), 30'),
            Saved(
                4.2,
                "refuse 00 numbers",
                '    when /^00/         then sys.Respond 403, "No foreign calls from here"\n',
            ),
            Saved(
                22.1,
                "",
                "    # nobody free: the mobile, but show our own number\n"
                "    if sys.LastFailureStatus == 480 || sys.LastFailureStatus == 486\n"
                '      sys.Log "desk busy, trying Niamh"\n'
                '      sys.Dial "#{NIAMH}@blueline-trunk[fu=014400142]", 25\n'
                "    end\n",
                '    sys.Dial "#{NIAMH}@northline-dublin", 25 if sys.LastFailureStatus == 480\n',
            ),
            Saved(58.5, "both desks at once", 'DESK.join("&")', "DESK.first"),
            Saved(280, "first version"),
        ),
    ),
    Plan("harbour", "default", "default.rb", saved=(Saved(3.3, "local calls too", "\\d{3}", "\\d{4}"), Saved(281))),
    Plan("harbour", "after-hours", "after-hours.rb", saved=(Saved(90, "new tape"),)),
    Plan("harbour", "reception-queue", "reception-queue.rb"),
    Plan("harbour", "door-only", "door-only.lines", LINES),
    Plan("harbour", "emergency", "emergency.lines", LINES),
    Plan("harbour", "fax", "fax.lines", LINES),
    Plan("harbour", "easter-opening", "easter-opening.rb", saved=(Saved(230, "only for April"),)),
    Plan("kilbride_motors", "default", "default.rb"),
    Plan("kilbride_motors", "office", "garage.rb"),
    Plan("oakfieldlets", "default", "lettings.lines", LINES),
)
