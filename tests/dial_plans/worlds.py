"""A small world for plans: alice's accounts and providers, bob's account, and what is recorded of what they cause."""

from dataclasses import dataclass, field

from sipsorcery_web.dial_plans.calls import Call, Plan
from sipsorcery_web.dial_plans.world import Account, Provider, WebAnswer

DOMAIN = "sip.example.org"
NOW = 1_790_000_000.0  # Mon 21 Sep 2026 13:33:20 UTC


def plan(script: str, **more: object) -> Plan:
    """A Ruby plan of alice's."""
    return Plan(**{"owner": "alice", "name": "default", "script": script, "is_ruby": True} | more)  # type: ignore[arg-type]


def call(user: str = "100", **more: object) -> Call:
    """A call that alice makes."""
    facts = {
        "host": DOMAIN,
        "from_name": "Alice",
        "from_user": "alice",
        "from_host": DOMAIN,
        "account": f"alice@{DOMAIN}",
    }
    return Call(**{"user": user} | facts | more)  # type: ignore[arg-type]


def own_account(name: str, **more: object) -> Account:
    return Account(username=name, domain=DOMAIN, is_own=True, **more)  # type: ignore[arg-type]


@dataclass
class FakeWorld:
    """Alice's world. `happened` holds what left it, in order."""

    accounts: dict[str, Account] = field(
        default_factory=lambda: {
            "alice": own_account("alice", in_plan="default"),
            "desk": own_account("desk"),
            "office": own_account("office", in_plan="office hours"),
            "bob": Account(username="bob", domain=DOMAIN, is_own=False),
        }
    )
    phones: dict[str, list[str]] = field(
        default_factory=lambda: {
            "alice": ["sip:alice@192.0.2.1:5060"],
            "desk": ["sip:desk@192.0.2.2", "sip:desk@192.0.2.3"],
            "bob": ["sip:bob@192.0.2.9"],
        }
    )
    providers: dict[str, Provider] = field(
        default_factory=lambda: {
            "blueline": Provider(
                name="blueline", server="sip:sip.blueline.example", username="a1", auth_username="auth1",
                from_header='"A. Smith" <sip:a1@blueline.example>', custom_headers=(("X-Line", "1"),),
                outbound_proxy="sip:proxy.blueline.example",
            ),
            "redline": Provider(name="RedLine", server="sip.redline.example:5070", username="a2"),
        }
    )  # fmt: skip
    values: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    enum: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    time: float = NOW
    refusals: dict[str, str] = field(default_factory=dict)
    """Why a value is not kept, a mail not sent, or a text not fetched, by `value`, `mail` and `web`."""
    happened: list[tuple[object, ...]] = field(default_factory=list)

    def now(self) -> float:
        self.time += 0.001
        return self.time

    def canonical_domain(self, host: str) -> str | None:
        return DOMAIN if host.lower() in (DOMAIN, "local", "sip.alias.example") else None

    def account(self, username: str, domain: str) -> Account | None:
        return self.accounts.get(username) if domain == DOMAIN else None

    def own_accounts(self) -> list[Account]:
        return [account for account in self.accounts.values() if account.is_own]

    def bindings(self, username: str, domain: str) -> list[str]:
        return self.phones.get(username, [])

    def provider(self, name: str) -> Provider | None:
        return self.providers.get(name.lower())

    def read_value(self, key: str) -> str | None:
        return self.values.get(key)

    def write_value(self, key: str, value: str) -> str:
        if "value" in self.refusals:
            return self.refusals["value"]
        self.values[key] = value
        self.happened.append(("write", key, value))
        return ""

    def delete_value(self, key: str) -> None:
        self.values.pop(key, None)
        self.happened.append(("delete", key))

    def value_keys(self) -> list[str]:
        return sorted(self.values)

    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        self.happened.append(("mail", tuple(to), subject, body))
        return self.refusals.get("mail", "")

    def web_get(self, url: str, seconds: int) -> WebAnswer:
        self.happened.append(("web", url, seconds))
        return WebAnswer(text=self.pages.get(url), problem=self.refusals.get("web", ""))

    def enum_lookup(self, name: str) -> str | None:
        return self.enum.get(name)

    def current_calls(self) -> list[str]:
        return self.calls

    def provisional(self, code: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        self.happened.append(("provisional", code, reason, headers))

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> str:
        self.happened.append(("callback", first, second, delay, first_ring, second_ring))
        return self.refusals.get("callback", "")

    def send_request(self, method: str, destination: str, content_type: str, body: str, seconds: int) -> str | None:
        self.happened.append(("request", method, destination, content_type, body, seconds))
        return "200 OK"
