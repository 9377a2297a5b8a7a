"""The first text of a new dial plan: a few lines that explain themselves."""

from .scripts import EXTENSION_LINES, RUBY

_OPENING_OF_LINES = """\
; exten => pattern,priority,command(data). The first line that matches decides; the priority is any number.
; In a pattern after _ stands X for a digit, Z for 1 to 9, N for 2 to 9, a dot for all the rest.
"""

STARTERS = {
    RUBY: """\
# A call that comes in runs the first part, a call that goes out the second.
if sys.In then
  # 20 seconds for the phones of this account; then the caller hears "busy".
  sys.Dial "your-account@local", 20
else
  case req.URI.User
    when /^(112|999)$/ then sys.Respond 403, "No provider for emergency calls yet"
    when /^\\d{3}$/ then sys.Dial "#{req.URI.User}@local"
    else sys.Dial "#{req.URI.User}@your-provider"
  end
end
""",
    EXTENSION_LINES: _OPENING_OF_LINES
    + """\
exten => _0.,1,Dial(${EXTEN}@your-provider)
exten => _X.,1,Dial(${EXTEN}@local)
""",
}
WITHOUT_DIAL_STRINGS = STARTERS | {
    EXTENSION_LINES: _OPENING_OF_LINES
    + """\
exten => _0.,1,Switch(username,password,${EXTEN}@sip.your-provider.example)
exten => _X.,1,Switch(anonymous,,${EXTEN}@your-domain.example)
"""
}
"""The same where extension lines take a username, a password and a destination only."""
