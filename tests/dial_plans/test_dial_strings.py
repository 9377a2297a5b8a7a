"""Dial strings become groups of legs as the facts of dial plans (section 3) say."""

import pytest

from sipsorcery_web.dial_plans.dial_strings import DialStringError, Options, parse
from sipsorcery_web.dial_plans.legs import Directory, Found, Leg, Sender, switch_leg
from sipsorcery_web.dial_plans.sip_text import UnfitText
from sipsorcery_web.dial_plans.world import Account, Provider
from tests.dial_plans.worlds import DOMAIN, FakeWorld, call, own_account, plan


def find(text: str, user: str = "100", world: FakeWorld | None = None, **more: object) -> Found:
    caller = call(user, **more)
    return Directory(world or FakeWorld(), plan(""), caller).find(parse(text, caller))


def leg(text: str, **more: object) -> Leg:
    ((only,),) = find(text, **more).groups  # type: ignore[arg-type]
    return only


def options(text: str) -> Options:
    (((destination),),) = parse(f"1@blueline[{text}]", call()).groups
    return destination.options


def test_legs_ring_at_once_and_groups_one_after_the_other() -> None:
    found = find("1@blueline & 2@blueline | 3@redline | 4@192.0.2.1:5080")
    assert [[each.name for each in group] for group in found.groups] == [
        ["1@blueline", "2@blueline"], ["3@RedLine"], ["4@192.0.2.1:5080"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Großhandel", "Ελλάδα 2", "線路", "e\u0301toile", "हिन्दी", "O'Hara"])
def test_providers_have_names_of_any_script(name: str) -> None:
    world = FakeWorld()
    world.providers[name.lower()] = Provider(name=name, server="sip.away.example", username="a3")
    assert leg(f"1@{name}[dt=5]", world=world).provider == name


@pytest.mark.parametrize("name", ["a\u202eb", "a\x00b", "a\u00a0b", "\u0301a", "ä" * 101])
def test_what_is_no_name_of_a_provider_is_no_leg(name: str) -> None:
    assert not find(f"1@{name}").groups


def test_a_domain_rings_all_phones_of_the_account() -> None:
    found = leg(f"desk@{DOMAIN}")
    assert (found.kind, found.account) == ("account", f"desk@{DOMAIN}")
    assert found.contacts == ("sip:desk@192.0.2.2", "sip:desk@192.0.2.3")
    assert leg("desk@local").uri == f"sip:desk@{DOMAIN}"


def test_an_account_s_own_in_plan_takes_the_call_unless_it_is_the_plan_that_dials() -> None:
    assert (leg("office@local").in_plan, leg("office@local").contacts) == ("office hours", ())
    assert (leg("alice@local").in_plan, leg("alice@local").contacts) == ("", ("sip:alice@192.0.2.1:5060",))
    world = FakeWorld()
    world.accounts["bob"] = Account(username="bob", domain=DOMAIN, is_own=False, in_plan="default")
    assert leg("bob@local", world=world).in_plan == "default", (
        "another customer's plan of the same name is another plan"
    )


def test_a_dotted_name_is_the_account_behind_its_last_dot() -> None:
    found = leg("anything.at.desk@local")
    assert (found.account, found.uri) == (f"desk@{DOMAIN}", f"sip:anything.at.desk@{DOMAIN}")


@pytest.mark.parametrize("nobody", ["nobody@local", "phoneless@local", "closed@local"])
def test_an_unknown_account_and_one_without_phones_are_no_legs(nobody: str) -> None:
    world = FakeWorld()
    world.accounts |= {"phoneless": own_account("phoneless"), "closed": own_account("closed", is_disabled=True)}
    found = find(nobody, world=world)
    assert found.groups == ()
    assert len(found.notes) == 1


def test_a_provider_is_known_in_any_case_and_brings_what_its_record_says() -> None:
    found = leg("00353@BlueLine")
    assert (found.kind, found.uri) == ("provider", "sip:00353@sip.blueline.example")
    assert (found.provider, found.username) == ("blueline", "auth1")
    assert found.sender == Sender(name="A. Smith", user="a1", host="blueline.example")
    assert found.headers == (("X-Line", "1"),)
    assert found.outbound_proxy == "sip:proxy.blueline.example"
    assert leg("1@redline").uri == "sip:1@sip.redline.example:5070"


def test_anything_else_is_an_anonymous_address() -> None:
    found = leg("sips:303@[2001:db8::1]:5061;transport=tls")
    assert (found.kind, found.uri) == ("address", "sips:303@[2001:db8::1]:5061;transport=tls")
    assert found.sender == Sender()


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("blueline", "sip:0035312@sip.blueline.example"),
        ("${dst}@blueline", "sip:0035312@sip.blueline.example"),
        ("${EXTEN:2}@blueline", "sip:35312@sip.blueline.example"),
        ("${exten:7}@blueline", "sip:0035312@sip.blueline.example"),
        ("1${fromuriuser}@blueline", "sip:1alice@sip.blueline.example"),
        ("${FromName}@blueline", "sip:A.%20Lice@sip.blueline.example"),
    ],
)
def test_words_in_destinations_are_replaced(text: str, uri: str) -> None:
    assert leg(text, user="0035312", from_name="A. Lice").uri == uri


def test_the_same_address_rings_once() -> None:
    assert len(find("1@blueline & 1@BLUELINE | 1@blueline").groups) == 1


def test_at_most_ten_legs_ring_at_once_and_twenty_in_one_execution() -> None:
    found = find("&".join(f"{number}@blueline" for number in range(12)))
    assert [len(group) for group in found.groups] == [10]
    assert found.notes[0] == "10@blueline is left out: there are at most 10 in a group."
    directory = Directory(FakeWorld(), plan(""), call())
    made = [
        sum(map(len, directory.find(parse("&".join(f"{n}{k}@blueline" for n in range(9)), call())).groups))
        for k in range(3)
    ]
    assert made == [9, 9, 2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("dt=5", Options(delay=5)),
        ("dt=500", Options(delay=120)),
        ("cd=60", Options(duration=60)),
        (
            "fd=Smith & Co,fu=123,fh=example.org",
            Options(from_name="Smith & Co", from_user="123", from_host="example.org"),
        ),
        ("fd=${fromname}", Options(from_name="Alice")),
        ("rm=a", Options(follows_redirects=True)),
        ("rm=n", Options()),
        ("tr=n", Options(transfer="refused")),
        ("tr=p", Options(transfer="passed")),
        ("TR=c", Options(transfer="blind")),
        ("ma=false", Options(mangles_sdp=False)),
        ("swcd=x,rcd=y", Options(switchboard=(("swcd", "x"), ("rcd", "y")))),
        (" dt = 5 , cd=60", Options(delay=5, duration=60)),
    ],
)
def test_options_stand_in_brackets(text: str, wanted: Options) -> None:
    assert options(text) == wanted


@pytest.mark.parametrize("text", ["dt=x", "zz=1", "fh=a b", "tr=q"])
def test_an_option_that_is_not_understood_is_noted_and_does_nothing(text: str) -> None:
    found = parse(f"1@blueline[{text}]", call())
    assert found.groups[0][0].options == Options()
    assert found.notes == (f"The option {text} is not known and does nothing.",)


@pytest.mark.parametrize("text", ["", " & ", "1@blueline[dt=5", "|"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(DialStringError):
        parse(text, call())


@pytest.mark.parametrize("mark", ["\r\n", '"', ">", "<", "\n", "\x00", "\u2028"])
def test_no_argument_of_a_leg_begins_a_header_or_ends_a_name(mark: str) -> None:
    bad = f"x{mark}Route: <sip:evil@192.0.2.66>"
    found = find(f"{bad}@blueline[fd={bad},fu={bad}]&1@{bad}&1@blueline;{bad}", user=bad)
    for group in found.groups:
        for each in group:
            assert not {mark, "\r", "\n", '"'} & set(each.uri + each.sender.name + each.sender.user)
            assert "<" not in each.uri + each.sender.name + each.sender.user


@pytest.mark.parametrize(
    ("data", "sender"),
    [
        ('"user","secret",303@sip.example.net', Sender(user="user", host="sip.example.net")),
        ("user,secret,303@sip.example.net,sip:me@home.example", Sender(user="me", host="home.example")),
        ('user,secret,303@sip.example.net,"Me" <sip:me@home.example>,udp:1.2.3.4,true',
         Sender(name="Me", user="me", host="home.example")),
        ("user,secret,303@sip.example.net,sip:anonymous@home.example", Sender(user="anonymous")),
        ("anonymous,,303@sip.example.net", Sender(user="anonymous")),
    ],
)  # fmt: skip
def test_switch_calls_with_its_own_credentials(data: str, sender: Sender) -> None:
    found = switch_leg(data, call())
    assert (found.kind, found.uri, found.sender) == ("credentials", "sip:303@sip.example.net", sender)


def test_a_switch_of_too_few_fields_is_refused() -> None:
    with pytest.raises(UnfitText):
        switch_leg("a,b", call())
