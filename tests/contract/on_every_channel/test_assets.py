"""Accounts, providers and plans: what customers own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, ProvisioningError, Refused
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ProvisioningClient, Records
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from tests.conftest import ServiceFixture
from tests.contract.on_every_channel.conftest import ChannelFixture
from tests.contract.on_every_channel.refusals import refusal
from tests.factories.records import sip_account

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """One kind of asset, as a customer sees it."""

    noun: str
    of: Callable[[ProvisioningClient], Records[Any]]
    new: Callable[..., Any]
    name: str
    taken: str
    broken: dict[str, Any]
    complaint: str
    changed: dict[str, Any]
    administrative: dict[str, Any]


def provider(name: str, **more: Any) -> SIPProvider:
    return replace(
        SIPProvider(provider_name=name, provider_server="sip:sip.example.com", provider_username="x"), **more
    )


def plan(name: str, **more: Any) -> SIPDialPlan:
    return replace(SIPDialPlan(dial_plan_name=name, dial_plan_script="line 1\r\n\tline 2 <&>\n"), **more)


KINDS = [
    Kind(
        noun="SIP account",
        of=lambda client: client.sip_accounts,
        new=lambda name, **more: replace(sip_account(name), **more),
        name="sip_username",
        taken="The SIP account name is already in use on this domain.",
        broken={"sip_password": "short"},
        complaint="The password field must be at least 6 characters and no more than 15 characters.",
        changed={"network_id": "home", "is_user_disabled": True, "out_dial_plan_name": None},
        administrative={"is_admin_disabled": True, "admin_disabled_reason": "abuse"},
    ),
    Kind(
        noun="SIP provider",
        of=lambda client: client.sip_providers,
        new=provider,
        name="provider_name",
        taken="A SIP provider with this name already exists.",
        broken={"provider_server": None},
        complaint="A value for Server must be specified.",
        changed={"custom_headers": "X-A: b|X-C: d", "provider_password": "s3cret", "register_expiry": 600},
        administrative={"register_admin_enabled": False},
    ),
    Kind(
        noun="dial plan",
        of=lambda client: client.dial_plans,
        new=plan,
        name="dial_plan_name",
        taken="A dial plan with this name already exists.",
        broken={"dial_plan_name": " "},
        complaint="The dial plan needs a name.",
        changed={"dial_plan_script": "", "trace_email_address": "alice@example.org"},
        administrative={"max_execution_count": 99, "authorised_apps": "*"},
    ),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.noun)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def only(record: Any, **fields: Any) -> Any:
    """A record with these fields and the id in it, and no others."""
    return type(record)(id=record.id, **fields, present=frozenset({"id", *fields}))


# Good


def test_what_is_added_is_answered_and_listed_as_stored(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))

    assert (getattr(added, kind.name), added.owner) == ("thing-1", "alice")
    assert added.id != ZERO_ID
    assert added in kind.of(service_fixture.alice).page()


def test_what_is_changed_is_answered_and_listed_as_stored(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))
    changed = kind.of(service_fixture.alice).update(replace(added, **kind.changed))

    assert changed == replace(added, **kind.changed)
    assert changed in kind.of(service_fixture.alice).page()


def test_what_was_left_out_is_kept_and_what_is_nil_is_cleared(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1", **kind.changed))
    name, empty = (
        {"SIP account": "network_id", "SIP provider": "custom_headers", "dial plan": "trace_email_address"}[kind.noun],
        "",
    )

    assert kind.of(service_fixture.alice).update(only(added, **{name: None})) == replace(added, **{name: None})
    assert kind.of(service_fixture.alice).update(only(added, **{name: empty})) == replace(added, **{name: empty})


def test_what_is_deleted_is_answered_as_sent_and_gone(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))
    before = kind.of(service_fixture.alice).count()

    assert kind.of(service_fixture.alice).delete(added) == added
    assert kind.of(service_fixture.alice).count() == before - 1


def test_a_name_can_be_used_again(service_fixture: ServiceFixture, kind: Kind) -> None:
    kind.of(service_fixture.alice).delete(kind.of(service_fixture.alice).add(kind.new("thing-1")))

    assert kind.of(service_fixture.alice).add(kind.new("thing-1"))


# As many as the operator allows


@pytest.fixture
def narrow(service_context: ServiceContext, channel_to: Callable[[Service], Channel]) -> ChannelFixture:
    """A service that allows two of each kind."""
    service = Service(replace(service_context, quotas=dict.fromkeys((SIPAccount, SIPProvider, SIPDialPlan), 2)))
    return ChannelFixture(service, channel=channel_to(service))


def test_one_more_than_the_operator_allows_is_refused_in_a_sentence(narrow: ChannelFixture, kind: Kind) -> None:
    mine = kind.of(narrow.alice)
    for place in range(2 - mine.count()):  # an account and a plan came with the customer
        mine.add(kind.new(f"thing-{place}"))

    told = refusal(Refused, lambda: mine.add(kind.new("thing-2")))
    assert told == f"The {kind.noun}s of a customer are limited to 2 here. Delete one to add another."
    assert mine.count() == 2
    assert mine.update(replace(mine.page()[0], **kind.changed))
    assert kind.of(narrow.bob).add(kind.new("thing-3"))
    assert kind.of(narrow.administrator).add(kind.new("thing-4"))


# Ids and times


def test_ids_are_made_kept_or_refused(service_fixture: ServiceFixture, kind: Kind) -> None:
    wanted = uuid4()

    assert kind.of(service_fixture.alice).add(kind.new("thing-1")).id not in (ZERO_ID, wanted)
    assert kind.of(service_fixture.alice).add(kind.new("thing-2", id=wanted)).id == wanted
    message = refusal(Conflict, lambda: kind.of(service_fixture.bob).add(kind.new("thing-3", id=wanted)))
    assert message == "A record with this id already exists."


def test_a_client_that_tries_again_learns_that_its_record_is_there(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1", id=uuid4()))

    for again in (added, replace(added, **kind.broken)):
        message = refusal(Conflict, lambda again=again: kind.of(service_fixture.alice).add(again))  # type: ignore[misc]
        assert message == "A record with this id already exists."


def test_times_are_the_services(service_fixture: ServiceFixture, kind: Kind) -> None:
    times = {name: LONG_AGO for name in ("inserted", "last_update") if hasattr(kind.new("x"), name)}
    added = kind.of(service_fixture.alice).add(kind.new("thing-1", **times))
    changed = kind.of(service_fixture.alice).update(replace(added, **times))

    assert all(getattr(record, name) != LONG_AGO for record in (added, changed) for name in times)


# Refused


def test_what_breaks_a_rule_is_refused(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))

    assert (
        refusal(Refused, lambda: kind.of(service_fixture.alice).add(kind.new("thing-2", **kind.broken)))
        == kind.complaint
    )
    assert (
        refusal(Refused, lambda: kind.of(service_fixture.alice).update(replace(added, **kind.broken))) == kind.complaint
    )
    assert added in kind.of(service_fixture.alice).page()


def test_a_taken_name_is_a_conflict(service_fixture: ServiceFixture, kind: Kind) -> None:
    kind.of(service_fixture.alice).add(kind.new("thing-1"))
    second = kind.of(service_fixture.alice).add(kind.new("thing-2"))

    assert refusal(Conflict, lambda: kind.of(service_fixture.alice).add(kind.new("thing-1"))) == kind.taken
    assert (
        refusal(Conflict, lambda: kind.of(service_fixture.alice).update(replace(second, **{kind.name: "thing-1"})))
        == kind.taken
    )


@pytest.mark.parametrize("verb", ["add", "update", "delete"])
def test_nothing_at_all_is_refused(service_fixture: ServiceFixture, kind: Kind, verb: str) -> None:
    message = refusal(Refused, lambda: getattr(kind.of(service_fixture.alice), verb)(None))

    assert message == f"A {kind.noun} must be given."


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ufffe", "\ud800"], ids=ascii)
def test_a_character_that_xml_cannot_carry_is_refused(
    service_fixture: ServiceFixture, kind: Kind, character: str
) -> None:
    name = next(name for name, value in kind.changed.items() if isinstance(value, str))
    before = kind.of(service_fixture.alice).count()

    message = refusal(
        Refused, lambda: kind.of(service_fixture.alice).add(kind.new("thing-1", **{name: f"a{character}b"}))
    )
    assert message == f"The control character U+{ord(character):04X} cannot be stored."
    assert kind.of(service_fixture.alice).count() == before


# Not yours


@pytest.mark.parametrize("claimed", ["bobby", "alice", None])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_bob_cannot_reach_what_is_alices_whoever_he_says_owns_it(
    service_fixture: ServiceFixture, kind: Kind, verb: str, claimed: str | None
) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))
    sent = replace(added, owner=claimed, **kind.changed)

    assert (
        refusal(NotFound, lambda: getattr(kind.of(service_fixture.bob), verb)(sent))
        == f"The {kind.noun} was not found."
    )
    assert added in kind.of(service_fixture.alice).page()
    assert added not in kind.of(service_fixture.bob).page()


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("wanted", [ZERO_ID, UUID(int=7)])
def test_what_is_not_there_gets_the_same_answer(
    service_fixture: ServiceFixture, kind: Kind, verb: str, wanted: UUID
) -> None:
    sent = kind.new("thing-1", id=wanted, owner="bobby")

    assert (
        refusal(NotFound, lambda: getattr(kind.of(service_fixture.bob), verb)(sent))
        == f"The {kind.noun} was not found."
    )


def test_what_is_added_belongs_to_who_adds_it(service_fixture: ServiceFixture, kind: Kind) -> None:
    assert service_fixture.alice

    assert kind.of(service_fixture.bob).add(kind.new("thing-1", owner="alice")).owner == "bobby"
    assert kind.of(service_fixture.administrator).add(kind.new("thing-2", owner="alice")).owner == "root-admin"


def test_an_owner_cannot_be_changed(service_fixture: ServiceFixture, kind: Kind) -> None:
    assert service_fixture.bob
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))

    assert kind.of(service_fixture.alice).update(replace(added, owner="bobby")).owner == "alice"


# What is the administrator's


def test_a_customer_does_not_set_what_is_the_administrators(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1", **kind.administrative))
    changed = kind.of(service_fixture.alice).update(replace(added, **kind.administrative))

    for name, value in kind.administrative.items():
        assert getattr(added, name) != value
        assert getattr(changed, name) != value


def test_the_administrator_sets_it_and_reaches_what_is_everybodys(service_fixture: ServiceFixture, kind: Kind) -> None:
    added = kind.of(service_fixture.alice).add(kind.new("thing-1"))
    changed = kind.of(service_fixture.administrator).update(replace(added, **kind.administrative))

    assert changed == replace(added, **kind.administrative)
    assert changed.owner == "alice"
    assert kind.of(service_fixture.administrator).delete(changed) == changed


def test_a_locked_account_is_its_owners_to_see_only(service_fixture: ServiceFixture) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    locked = service_fixture.administrator.sip_accounts.update(
        replace(account, is_admin_disabled=True, admin_disabled_reason="abuse")
    )

    for act in (service_fixture.alice.sip_accounts.update, service_fixture.alice.sip_accounts.delete):
        message = refusal(Refused, lambda act=act: act(replace(locked, is_admin_disabled=False)))  # type: ignore[misc]
        assert (
            message == "An administrator has disabled this SIP account; only an administrator can change or delete it."
        )
    assert locked in service_fixture.alice.sip_accounts.page()
    assert "disabled one of your SIP accounts" in refusal(
        Refused, lambda: service_fixture.alice.delete_customer("alice")
    )


# Values


@pytest.mark.parametrize(
    "text",
    [
        "Åse – ☎ 📞",
        " outer blanks ",
        "a\tb",
        "line\nline",
        "carriage\r\nreturn",
        "<a href='x'>&amp;</a>",
        "]]>",
        "",
        "\u2028",
        "nil",
        "0",
    ],
)
def test_a_text_comes_back_as_it_went(service_fixture: ServiceFixture, text: str) -> None:
    added = service_fixture.alice.dial_plans.add(plan("night", dial_plan_script=text))

    assert added.dial_plan_script == text
    assert added in service_fixture.alice.dial_plans.page()


def test_what_a_client_does_not_know_does_not_get_lost(service_fixture: ServiceFixture) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk", network_id="home"))
    of_2010 = only(account, sip_username="alice-hall", is_user_disabled=True)

    assert service_fixture.alice.sip_accounts.update(of_2010) == replace(
        account, sip_username="alice-hall", is_user_disabled=True
    )


def test_a_channel_is_safe_to_use_from_several_threads(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    errors: list[BaseException] = []

    def work(client: ProvisioningClient, name: str) -> None:
        try:
            for place in range(5):
                added = client.sip_accounts.add(sip_account(f"{name}-{place}"))
                assert added in client.sip_accounts.page()
                with pytest.raises(ProvisioningError):
                    client.sip_accounts.add(sip_account("x"))
        except BaseException as error:
            errors.append(error)

    pairs = ((service_fixture.alice, "a-desk"), (service_fixture.alice, "a-hall"), (service_fixture.bob, "b-desk"))
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert (service_fixture.alice.sip_accounts.count(), service_fixture.bob.sip_accounts.count()) == (11, 6)
