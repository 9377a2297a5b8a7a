"""Sample records of every kind: what a customer has, and what the SIP servers note of it.

`records` makes what the provisioning service is given, `rows` the values of what lies in its store. Each function
makes one thing that breaks no rule; keywords say what is otherwise.
"""

DOMAIN = "sip.example.org"
PASSWORD = "opensesame7"
"""The password of every customer."""
SIP_PASSWORD = "bl4ckbird!"
"""The password of every SIP account, and at every provider."""
