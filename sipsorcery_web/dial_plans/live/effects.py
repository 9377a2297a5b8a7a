"""The effects of an execution that are no SIP: stored values, mail, the web, ENUM."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..execution import Execution
from ..outcomes import Progress
from ..world import WebAnswer
from .enum_lookup import enum_lookup
from .plan_mails import PlanMails
from .stored_values import NoRoom, StoredValues
from .web_get import NothingFetched, WebGetter


@dataclass(frozen=True)
class LiveEffects:
    """The part of a `World` that is the same whatever carries the call; a world for calls derives from it.

    All is done in the name of the plan's owner, whatever a script says. What is asked is recorded by the one who asks
    (`recorded_world`), so that a script that is run again causes nothing a second time.
    """

    execution: Execution
    values: StoredValues
    mails: PlanMails
    web: WebGetter = field(default_factory=WebGetter)
    enum: Callable[[str], str | None] = enum_lookup

    @property
    def owner(self) -> str:
        """Return the plan's owner."""
        return self.execution.plan.owner

    def now(self) -> float:
        return time.time()

    def read_value(self, key: str) -> str | None:
        return self.values.read(self.owner, key)

    def write_value(self, key: str, value: str) -> str:
        try:
            self.values.write(self.owner, key, value)
        except NoRoom as error:
            return str(error)
        return ""

    def delete_value(self, key: str) -> None:
        self.values.delete(self.owner, key)

    def value_keys(self) -> list[str]:
        return self.values.keys(self.owner)

    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        return self.mails.send(self.execution, to, subject, body)

    def web_get(self, url: str, seconds: int) -> WebAnswer:
        try:
            return WebAnswer(text=self.web.get(url, seconds))
        except NothingFetched as error:
            return WebAnswer(problem=str(error))

    def enum_lookup(self, name: str) -> str | None:
        return self.enum(name)

    def is_over(self, progress: Progress) -> None:
        """Send the trace of the execution, where it was asked for."""
        self.mails.send_trace(self.execution, progress)
