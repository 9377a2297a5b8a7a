"""Makes legs of destinations: accounts of this service, providers of the owner, and addresses elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .calls import Call, Plan
from .dial_strings import Destination, DialString, Options, address_of
from .sip_text import UnfitText, display_name, header, host_part, one_line, user_part
from .world import Provider, World

MOST_IN_GROUP = 10
MOST_IN_EXECUTION = 20


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The From header of a leg, in parts; an empty part is taken from the caller's."""

    name: str = ""
    user: str = ""
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One branch of a Dial. Provider legs carry no password: who places them looks it up by the provider's name."""

    kind: Literal["account", "provider", "address", "credentials"]
    name: str
    """How it is named at a try: `user@provider`, `user@domain` or `user@host`."""
    uri: str
    options: Options = Options()
    sender: Sender = Sender()
    provider: str = ""
    account: str = ""
    """`username@domain` of the account that rings."""
    contacts: tuple[str, ...] = ()
    """Where the phones of the account were registered when the plan ran."""
    in_plan: str = ""
    """The plan of the called account that takes the call, in place of its phones."""
    username: str = ""
    password: str = ""
    """Credentials that a line of the plan gave (Switch)."""
    outbound_proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Found:
    """Legs in groups, those that ring at once in each, and what is to be said about the others."""

    groups: tuple[tuple[Leg, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass
class Directory:
    """Looks destinations up for the owner of a plan."""

    world: World
    plan: Plan
    call: Call
    legs_left: int = MOST_IN_EXECUTION

    def find(self, dialled: DialString) -> Found:
        """The legs of a dial string: each address once, at most 10 in a group and 20 in one execution."""
        notes = list(dialled.notes)
        seen: set[str] = set()
        groups = tuple(tuple(self._group(group, seen, notes)) for group in dialled.groups)
        return Found(tuple(filter(None, groups)), tuple(notes))

    def _group(self, group: tuple[Destination, ...], seen: set[str], notes: list[str]) -> Iterator[Leg]:
        count = 0
        for destination in group:
            leg = self._leg(destination, notes)
            if leg is None or leg.uri.lower() in seen:
                continue
            if count == MOST_IN_GROUP or not self.legs_left:
                limit = f"{MOST_IN_GROUP} in a group" if self.legs_left else f"{MOST_IN_EXECUTION} in one execution"
                notes.append(f"{leg.name} is left out: there are at most {limit}.")
                continue
            seen.add(leg.uri.lower())
            count += 1
            self.legs_left -= 1
            yield leg

    def _leg(self, destination: Destination, notes: list[str]) -> Leg | None:
        domain = self.world.canonical_domain(destination.where)
        if domain is not None:
            return self._account_leg(destination, domain, notes)
        provider = self.world.provider(destination.where)
        if provider is not None:
            return self._provider_leg(destination, provider, notes)
        try:
            host = host_part(destination.where)
        except UnfitText:
            notes.append(f"There is no provider {destination.where}.")
            return None
        uri = f"{destination.scheme}:{destination.user}@{host}{destination.parameters}"
        return Leg(
            kind="address",
            name=f"{destination.user}@{host}",
            uri=uri,
            options=destination.options,
            sender=_sender(destination.options),
        )

    def _account_leg(self, destination: Destination, domain: str, notes: list[str]) -> Leg | None:
        name = f"{destination.user}@{domain}"
        account = self.world.account(destination.user, domain)
        if account is None and "." in destination.user:
            account = self.world.account(destination.user.rpartition(".")[2], domain)
        if account is None or account.is_disabled:
            notes.append(f"There is no account {name}." if account is None else f"The account {name} is disabled.")
            return None
        dials_itself = account.is_own and account.in_plan == self.plan.name
        in_plan = "" if dials_itself else account.in_plan
        contacts = () if in_plan else tuple(self.world.bindings(account.username, account.domain))
        if not in_plan and not contacts:
            notes.append(f"No phone is registered for {account.username}@{account.domain}.")
            return None
        return Leg(
            kind="account",
            name=name,
            uri=f"sip:{name}",
            options=destination.options,
            sender=_sender(destination.options),
            account=f"{account.username}@{account.domain}",
            contacts=contacts,
            in_plan=in_plan,
        )

    def _provider_leg(self, destination: Destination, provider: Provider, notes: list[str]) -> Leg | None:
        try:
            server = address_of(provider.server, self.call)
            sender = _sender(destination.options, _parts_of(provider.from_header))
            headers = tuple(header(*each) for each in provider.custom_headers)
        except UnfitText as error:
            notes.append(f"The provider {provider.name} cannot be dialled: {error}")
            return None
        return Leg(
            kind="provider",
            name=f"{destination.user}@{provider.name}",
            uri=f"{server.scheme}:{destination.user}@{server.where}{server.parameters}",
            options=destination.options,
            sender=sender,
            provider=provider.name,
            username=provider.auth_username or provider.username,
            outbound_proxy=one_line(provider.outbound_proxy),
            headers=headers,
        )


def switch_leg(data: str, call: Call) -> Leg:
    """The leg of `username,password,destination[,from[,socket[,trace]]]`. Raises UnfitText."""
    fields = [field.strip().strip("\"'") for field in data.split(",")]
    if len(fields) < 3:
        raise UnfitText("Switch takes a username, a password and a destination.")
    username, password, destination = fields[:3]
    to = address_of(destination, call)
    host = host_part(to.where)
    given = _parts_of(fields[3]) if len(fields) > 3 and fields[3] else Sender(user=user_part(username), host=host)
    is_anonymous = given.user.lower().startswith("anon")
    return Leg(
        kind="credentials",
        name=f"{to.user}@{host}",
        uri=f"{to.scheme}:{to.user}@{host}{to.parameters}",
        sender=Sender(name=given.name, user=given.user, host="" if is_anonymous else given.host),
        username=one_line(username),
        password=password,
    )


def _parts_of(text: str) -> Sender:
    """A From header, `["name"] <sip:user@host>` or `sip:user@host`, in parts. Raises UnfitText."""
    if not text.strip():
        return Sender()
    name, bracket, address = text.partition("<")
    address = address.partition(">")[0] if bracket else text
    parts = address.strip().removeprefix("sips:").removeprefix("sip:").partition(";")[0]
    user, _, host = parts.rpartition("@")
    return Sender(name=display_name(name) if bracket else "", user=user_part(user), host=host_part(host))


def _sender(options: Options, given: Sender | None = None) -> Sender:
    """The From of a leg: what its options say counts before what a provider's record says."""
    given = given or Sender()
    return Sender(
        name=given.name if options.from_name is None else options.from_name,
        user=given.user if options.from_user is None else options.from_user,
        host=given.host if options.from_host is None else options.from_host,
    )
