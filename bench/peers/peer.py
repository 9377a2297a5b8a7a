"""A program that is measured: it has a port, processes, and requests for the cases that it knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.measuring.requests import Script

from .running import Processes

MakeScripts = Callable[[int], Sequence[Script]]


@dataclass
class Peer:
    """A running program. `cases` makes the requests of so many browsers for each case."""

    name: str
    port: int
    processes: Processes
    cases: Mapping[str, MakeScripts]
    store: str = ""
    version: str = ""
    grows: bool = False
    """Whether it keeps something of every request in the session, so that each measurement takes a new one."""
    _made: dict[tuple[str, int], Sequence[Script]] = field(default_factory=dict)

    def scripts(self, case: str, connections: int) -> Sequence[Script]:
        """Return what each of these connections sends, made once and looked at; WrongAnswer where an answer is not it.

        Requests that can be sent only once are made anew.
        """
        if (case, connections) in self._made:
            return self._made[case, connections]
        scripts = self.cases[case](connections)
        scripts[0].check(self.port)
        if not scripts[0].is_sent_once and not self.grows:
            self._made[case, connections] = scripts
        return scripts
