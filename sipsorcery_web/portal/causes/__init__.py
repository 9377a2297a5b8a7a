"""Why something failed, in plain words: what happened, what it means and what to do next.

What others have written (phrases, messages, reasons) is looked at and never taken over into a sentence.
"""

from .calls import of_call
from .cause import Cause, Step
from .hangups import of_hangup
from .registrations import doubt_about, of_registration, reason_of_pause

__all__ = ["Cause", "Step", "doubt_about", "of_call", "of_hangup", "of_registration", "reason_of_pause"]
