"""What the help page tells of: a topic for each screen, and some that belong to all of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A section of the page; `endpoint` is its screen, `key` the letter that leads to that screen."""

    anchor: str
    title: str
    endpoint: str = ""
    key: str = ""

    @property
    def template(self) -> str:
        """Where its text stands."""
        return f"help/topics/{self.anchor}.html"

    @property
    def blueprint(self) -> str:
        """The area whose pages it explains; empty where it explains none."""
        return self.endpoint.partition(".")[0]


TOPICS = (
    Topic("sip-accounts", "SIP accounts", "sip_accounts.index", "a"),
    Topic("registrations", "Registrations", "registrations.index", "r"),
    Topic("providers", "SIP providers", "sip_providers.index", "p"),
    Topic("provider-registrations", "Provider registrations", "provider_registrations.index", "t"),
    Topic("dial-plans", "Dial plans", "dial_plans.index", "d"),
    Topic("calls", "Calls", "calls.index", "c"),
    Topic("cdrs", "Call records", "cdrs.index", "l"),
    Topic("settings", "Settings", "account.details", "s"),
    Topic("lists", "Lists and files"),
    Topic("keyboard", "Keys"),
    Topic("words", "SIP words"),
)


def anchor_of(blueprint: str | None) -> str:
    """Where the pages of an area are explained; empty for an area without help."""
    return next((topic.anchor for topic in TOPICS if topic.blueprint and topic.blueprint == blueprint), "")
