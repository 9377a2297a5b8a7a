"""Messages and filters that are made to do harm: each is answered in the contract's own words, and nothing leaks."""

from collections.abc import Callable
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from werkzeug.test import TestResponse

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.envelope import MAX_DEPTH
from tests.events.samples import event
from tests.factories import PASSWORD
from tests.repetition import examples

from ..edge import XML, message, security
from ..soap.wire import fault_in
from .conftest import DESK, LIMIT, House

LEAKS = (b"Traceback", b'File "', b"sqlite3", b"site-packages", b"root:x:0", b"hers alone")
ACTION = f"{names.NOTIFICATIONS}/INotifications/"
WORDS = (
    "event", "user", "server", "ipaddr", "ipserver", "request", "regex", "basetype", "machineevent", "dialog", "file",
    "and", " and ", "*", "full", "system", "trouble", "53", "alice", "bobby", "or", "invite", "(a|aa)+$", "[", "(?<x-y>",
    "\\p{IsGreek}", "(", "{9999}", "\t", "\n", " ", "''", '"', "<", "&", "]]>", "--", ";", "\u202e", "\U0001f600", "\x7f",
)  # fmt: skip
UNBOUNDED: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}

Post = Callable[..., TestResponse]


def request_of(operation: str, arguments: str = "", token: str = "", connection: str = DESK) -> str:
    address = (
        f'<n:Notification xmlns:n="{names.PULL_NOTIFICATION}"><n:Address>{connection}</n:Address></n:Notification>'
    )
    body = f'<{operation} xmlns="{names.NOTIFICATIONS}">{arguments}</{operation}>'
    return message(body, security(token) + address)


@pytest.fixture
def post(house: House) -> Post:
    def post(document: str | bytes, operation: str, **headers: str) -> TestResponse:
        given = {"Content-Type": XML, "SOAPAction": f'"{ACTION}{operation}"'} | headers
        data = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
        return house.client.post(names.NOTIFICATIONS_PATH, data=data, headers=given)

    return post


def subscription(text: str, token: str, subject: str = "Console") -> str:
    arguments = f"<subject>{subject}</subject><filter>{escape(text)}</filter>"
    return request_of("Subscribe", arguments, token)


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + request_of("Subscribe", "<filter>&a;</filter>"),
        '<!DOCTYPE s SYSTEM "http://127.0.0.1:1/a">' + request_of("IsAlive"),
        request_of("Subscribe", "<x>" * MAX_DEPTH + "</x>" * MAX_DEPTH),
        request_of("Subscribe", "<filter><event>*</event></filter>"),
        request_of("Subscribe", "<filter>event *</filter><filter>event 9</filter>"),
        request_of("IsAlive").replace("</n:Address>", "</n:Address><n:Address>x</n:Address>"),
        "<s:Envelope",
        "",
    ],
)
def test_what_is_no_message_of_the_contract_is_refused_as_such(post: Post, document: str) -> None:
    operation = "IsAlive" if "IsAlive" in document and "Address>x" not in document else "Subscribe"
    if "Address>x" in document:
        document = document.replace("IsAlive", "GetNotifications")
        operation = "GetNotifications"
    assert fault_in(post(document, operation)).code == "DeserializationFailed"


def test_a_header_of_the_notification_service_may_have_to_be_understood(post: Post) -> None:
    document = request_of("IsAlive").replace("<n:Notification", '<n:Notification s:mustUnderstand="1"')
    assert post(document, "IsAlive").status_code == 200


def test_a_message_beyond_the_limit_is_refused_as_http_refuses_it(post: Post) -> None:
    response = post(b" " * (LIMIT + 1), "IsAlive")
    assert (response.status_code, response.mimetype) == (413, "text/plain")


def test_an_operation_of_one_service_is_none_of_the_other(house: House, post: Post) -> None:
    asked = message(f'<IsAlive xmlns="{names.SVC}"/>')
    headers = {"Content-Type": XML, "SOAPAction": f"{names.ACTION_PREFIX}IsAlive"}
    answer = house.client.post(names.NOTIFICATIONS_PATH, data=asked, headers=headers)
    assert fault_in(answer).code == "ActionNotSupported"
    headers = {"Content-Type": XML, "SOAPAction": f"{ACTION}IsAlive"}
    answer = house.client.post(names.ENDPOINT_PATH, data=request_of("IsAlive"), headers=headers)
    assert fault_in(answer).code == "ActionNotSupported"
    assert fault_in(post(request_of("GetPollPeriod"), "IsAlive")).code == "DeserializationFailed"


def test_wrong_passwords_count_at_both_services(house: House, post: Post) -> None:
    for _ in range(5):
        assert house.people.stranger.login("alice", "wrong") is None
    arguments = f"<username>alice</username><password>{PASSWORD}</password>"
    answer = post(request_of("Login", arguments), "Login")
    assert "Too many failed sign-ins" in fault_in(answer).message
    assert answer.headers["Retry-After"]


def test_where_the_file_of_subscriptions_is_out_of_reach_a_fault_says_so(house: House, post: Post) -> None:
    house.subscriptions.path.mkdir()
    fault = fault_in(post(request_of("GetNotifications", token=house.tokens["bobby"]), "GetNotifications"))
    assert fault.message.endswith("The service cannot reach its store. Nothing was changed.")


@examples(5000, sample=150)
def test_whatever_is_asked_for_bob_is_told_nothing_of_alices(house: House, post: Post, count: int) -> None:
    token = house.tokens["bobby"]

    @settings(max_examples=count, **UNBOUNDED)
    @given(seed=st.integers())
    def check(seed: int) -> None:
        random = Random(seed)
        text = "".join(random.choice((" ", "", " and ")) + random.choice(WORDS) for _ in range(random.randrange(1, 9)))
        if random.random() < 0.5:
            text = f"event * and {text.strip()}"
        subject = random.choice(("Console", "Machine", "console", escape(text)))
        answers = [post(subscription(text, token, subject), "Subscribe")]
        house.note(event("hers alone", "alice"), event("hers alone"), event("a|b", "bobby"))
        answers += [post(request_of(each, token=token), each) for each in ("GetNotifications", "CloseConnection")]
        for answer in answers:
            assert not any(leak in answer.data for leak in LEAKS), answer.data
            body = envelope.body_of(envelope.parse_envelope(answer.data))
            assert (etree.QName(body).localname == "Fault") == (answer.status_code == 500)
            assert answer.status_code in (200, 500)
        assert answers[-1].status_code == 200

    check()
