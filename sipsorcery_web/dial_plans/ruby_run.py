"""Runs a Ruby plan for one call: the host of one instance."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from .calls import MAX_TOTAL_SECONDS
from .dialling import Dials, OutOfTime
from .journal import Diverged, JournalFull
from .outcomes import EXCEPTION, SYNTAX_ERROR, Checked, Ended
from .ruby.host import Stopped
from .ruby.instance import Runtime
from .sys_calls import Finished, SysCalls

PROCESSOR_SECONDS = 10.0
MOST_CALLS = 10_000
MISSING_METHOD = Ended(code=500, reason="Dial plan missing method")
_SENTENCES: dict[type[BaseException], str] = {
    Diverged: "The plan asked something else than in its run before, so it cannot go on.",
    JournalFull: "The plan asks too much in one execution.",
    OutOfTime: f"The plan has taken {MAX_TOTAL_SECONDS} s in all, which is the most.",
}
_MOST_MENDED, _LONGEST_MENDED = 200, 200_000


class MendedTexts:
    """Old scripts as Ruby takes them, by the text they come from; safe to use from many threads."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def get(self, script: str) -> str | None:
        """The mended text; None where there is none yet."""
        with self._lock:
            return self._texts.get(_name_of(script))

    def keep(self, script: str, mended: str) -> None:
        """Remember a mended text, and forget the oldest."""
        if len(mended) > _LONGEST_MENDED:
            return
        with self._lock:
            self._texts[_name_of(script)] = mended
            if len(self._texts) > _MOST_MENDED:
                self._texts.popitem(last=False)


class _Checked(Exception):
    def __init__(self, checked: Checked) -> None:
        super().__init__()
        self.checked = checked


class RubyRun:
    """One run of a script, from its beginning to its end or to the first answer that it has to wait for."""

    def __init__(self, dials: Dials, mended: MendedTexts, on_tick: Callable[[float], int]) -> None:
        self._dials = dials
        self._execution = dials.execution
        self._mended = mended
        self._on_tick = on_tick
        """Told the processor time at each tick; may wait for this run's turn; in how many ticks to tell again."""
        self.sys = SysCalls(dials, self)
        self.lines: list[int] = []
        self.steps = 0
        self._allowed = PROCESSOR_SECONDS
        self._calls = self._drawn = 0
        self._is_text_given = False
        self._slept = 0.0
        self._began = time.thread_time()

    @property
    def processor_seconds(self) -> float:
        """Processor time of this run so far."""
        return time.thread_time() - self._began

    def run(self, runtime: Runtime) -> Ended:
        """Run the script. Raises Suspended where it waits for a Dial or a pause."""
        instance = runtime.instance(self)
        try:
            instance.evaluate("DialPlan.run")
        except Finished as finished:
            return finished.ended
        except (Stopped, Diverged, JournalFull, OutOfTime) as why:
            return self._broken(why)
        finally:
            instance.close()
        return self._broken(Stopped("Ruby failed while it told of an error."))

    def _broken(self, why: BaseException) -> Ended:
        self._dials.log.say(_SENTENCES.get(type(why), str(why)))
        return EXCEPTION

    def check(self, runtime: Runtime) -> Checked:
        """Return the remark of Ruby about the script, which does not run."""
        instance = runtime.instance(self)
        try:
            instance.evaluate("DialPlan.check")
        except _Checked as found:
            return found.checked
        except Stopped as why:
            return Checked(is_mended=False, line=1, message=str(why))
        finally:
            instance.close()
        return Checked(is_mended=False, line=1, message="Ruby could not read the script.")

    def extend(self, seconds: int) -> None:
        """Give the script more processor time."""
        self._allowed = min(self._allowed + seconds, float(MAX_TOTAL_SECONDS))

    def call(self, name: str, arguments: list[Any]) -> Any:
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise Stopped(f"The script made more than {MOST_CALLS} calls.")
        self.tick()
        try:
            own = _OWN_CALLS.get(name)
            return own(self, *arguments) if own else self.sys.call(name, arguments)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Stopped("The script spoke to its host by itself.") from error

    def printed(self, text: str) -> None:
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise Stopped(f"The script made more than {MOST_CALLS} calls.")
        self.tick()
        if text.strip():
            self._dials.log.add(text.rstrip("\n"))

    def clock(self) -> int:
        return int(self._dials.world.now() * 1_000_000) * 1000

    def monotonic(self) -> int:
        return time.monotonic_ns() + int(self._slept * 1e9)  # Ruby looks whether a pause was long enough

    def random(self, count: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_128(f"{self._execution.seed} {self._drawn}".encode()).digest(count)

    def sleep(self, seconds: float) -> None:
        self._dials.sleep(seconds)
        self._slept += seconds

    def tick(self) -> int:
        spent = self.processor_seconds
        if spent > self._allowed:
            raise Stopped(f"The script computed for more than {self._allowed:.0f} s.")
        return self._on_tick(spent)

    def _facts(self) -> list[Any]:
        call, plan = self._execution.call, self._execution.plan
        facts = dict(vars(call))
        facts |= {"username": plan.owner, "plan_name": plan.name, "time_zone": plan.time_zone}
        facts |= {"shows_lines": self._execution.shows_lines}
        return [item for pair in facts.items() for item in pair]

    def _source(self) -> str:
        return self._execution.plan.script

    def _mended_text(self) -> str | None:
        return self._mended.get(self._execution.plan.script)

    def _keep_mended(self, text: str) -> None:
        if not self._is_text_given:  # before the script runs, so that it cannot keep another one
            self._mended.keep(self._execution.plan.script, text)
        self._is_text_given = True

    def _finished(self) -> None:
        raise Finished(self._dials.final_answer())

    def _syntax_error(self, line: int | None, message: str, advice: str | None) -> None:
        self._say(line, f"{message} {advice or ''}".strip())
        raise Finished(SYNTAX_ERROR)

    def _missing_method(self, line: int | None, message: str) -> None:
        self._say(line, message)
        raise Finished(MISSING_METHOD)

    def _error(self, line: int | None, message: str) -> None:
        self._say(line, message)
        raise Finished(EXCEPTION)

    def _is_checked(self, is_mended: bool, line: int | None, message: str | None, advice: str | None) -> None:
        raise _Checked(Checked(is_mended=is_mended, line=line, message=message or "", advice=advice or ""))

    def _say(self, line: int | None, message: str) -> None:
        self._dials.log.say(f"Line {line}: {message}" if line else message)

    def _line(self, number: int, steps: int) -> None:
        self.lines.append(int(number))
        self.steps = int(steps)

    def _zone_offset(self, seconds: int) -> int:
        zone = ZoneInfo(self._execution.plan.time_zone)
        try:
            return _seconds(datetime.fromtimestamp(seconds, zone).utcoffset())
        except (OverflowError, OSError):
            return 0

    def _local_offset(self, year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
        zone = ZoneInfo(self._execution.plan.time_zone)
        try:
            return _seconds(datetime(year, month, day, min(hour, 23), minute, min(second, 59), tzinfo=zone).utcoffset())
        except (ValueError, OverflowError):
            return 0


_OWN_CALLS: dict[str, Callable[..., Any]] = {
    "facts": RubyRun._facts,
    "source": RubyRun._source,
    "mended": RubyRun._mended_text,
    "keep_mended": RubyRun._keep_mended,
    "finished": RubyRun._finished,
    "syntax_error": RubyRun._syntax_error,
    "missing_method": RubyRun._missing_method,
    "error": RubyRun._error,
    "checked": RubyRun._is_checked,
    "line": RubyRun._line,
    "zone_offset": RubyRun._zone_offset,
    "local_offset": RubyRun._local_offset,
}


def _seconds(offset: timedelta | None) -> int:
    return int(offset.total_seconds()) if offset else 0


def _name_of(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()
