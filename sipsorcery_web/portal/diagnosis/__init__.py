"""Diagnosis of failures, in plain words: what happened, what it means and what to do next.

What others have written (phrases, messages, reasons) is looked at and never taken over into a sentence.
"""

from .calls import diagnose_call
from .diagnosis import Diagnosis, Step
from .hangups import describe_hangup
from .registrations import diagnose_registration, doubt_about, reason_of_pause

__all__ = [
    "Diagnosis",
    "Step",
    "describe_hangup",
    "diagnose_call",
    "diagnose_registration",
    "doubt_about",
    "reason_of_pause",
]
