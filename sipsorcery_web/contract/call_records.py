"""The filter that call records are looked at with unless somebody asks for all of them."""

from .filters import all_of, prop

CHALLENGES = (401, 407)
"""Most answers of these kinds only ask for a password, and the call goes on; the original hid them too."""
WITHOUT_CHALLENGES = all_of(*(prop("AnsweredStatus").differs(code) for code in CHALLENGES))
