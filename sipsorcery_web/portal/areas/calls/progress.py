"""The progress of a call that was made from a page, in words."""

from dataclasses import dataclass

from sipsorcery_web.contract.third_party_calls import CallProgress, CallState

_REFUSALS = {
    403: "may not be called like this",
    404: "is not known here",
    408: "did not answer in time",
    480: "could not be reached",
    486: "is busy",
    488: "has no sound that this call could use",
    600: "is busy",
    603: "declined",
}


@dataclass(frozen=True)
class Words:
    """A title, a sentence, and the tone of its mark."""

    title: str
    sentence: str
    tone: str = "quiet"


def words_of(progress: CallProgress) -> Words:
    """Return the words for a call."""
    own, other = f"Your phone {progress.first_name}", progress.second_name
    match progress.state:
        case CallState.WAITING | CallState.FIRST if not progress.is_ringing:
            return Words(f"{own} is called…", f"When you answer it, {other} is called.", "warn")
        case CallState.WAITING | CallState.FIRST:
            return Words(f"{own} rings…", f"Answer it: then {other} is called.", "warn")
        case CallState.SECOND if not progress.is_ringing:
            return Words(f"{other} is called…", "You are on the line with your phone.", "warn")
        case CallState.SECOND:
            return Words(f"{other} rings…", "You are on the line with your phone.", "warn")
        case CallState.TALKING:
            return Words(f"You talk with {other}", "The call ends when either of you hangs up.", "good")
        case _:
            return _ending(progress, own, other)


def _ending(progress: CallProgress, own: str, other: str) -> Words:
    if progress.ended_by == "us":
        return Words("The call is over", "It was hung up here.")
    who = own if progress.ended_by == "first" else other
    if not progress.status:
        return Words("The call is over", f"{who} hung up.")
    why = _REFUSALS.get(progress.status, "could not be called")
    answer = f"{progress.status} {progress.phrase}".strip()
    return Words(f"{who} {why}", f"The answer was: {answer}.", "bad")
