"""Lists that are read as text are read as by way of a tree, or left to that."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipsorcery_web.contract import codec, envelope
from sipsorcery_web.contract.extensions import ALL_OPERATIONS
from sipsorcery_web.contract.list_text import read_list
from sipsorcery_web.contract.message_text import answer_bytes
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.plain_messages import NotPlain
from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset
from sipsorcery_web.contract.wire_types import ListType

from .samples import filled
from .test_plain_messages import told
from .values import results

GET_ACCOUNTS, GET_CDRS = OPERATIONS["GetSIPAccounts"], OPERATIONS["GetCDRs"]
LISTS = [operation for operation in ALL_OPERATIONS.values() if isinstance(operation.result, ListType)]
ODD_PIECES = (
    "", " ", "\n", "\r", "\r\n", "\t", "x", "0", "-", "+", ".", "Z", "é", "\x00", "\x1f", "\x85", "\ufffe", "\u202e",
    "&", "&amp;", "&amp;amp;", "&#13;", "&#x41;", "&quot;", "&apos;", "&who;", "&lt;", "]]>", ">", "<", "<!-- -->",
    "<?x?>", "<![CDATA[x]]>", "<a:Owner>bob</a:Owner>", "<a:Owner/>", ' i:nil="true"', ' i:nil="false"', ' id="x"',
    "</a:SIPAccount>", "<a:SIPAccount/>", 'xmlns:a="urn:x"', "true", "2147483648",
)  # fmt: skip


def by_tree(operation: Operation, document: bytes) -> Any:
    return codec.read_result(operation, envelope.body_of(envelope.parse_envelope(document, "utf-8")))


@given(answer=results().filter(lambda answer: isinstance(answer[0].result, ListType)))
def test_what_is_read_as_text_is_read_as_by_way_of_a_tree(answer: tuple[Operation, Any]) -> None:
    document = answer_bytes(*answer)
    try:
        read = read_list(answer[0], document, None)
    except NotPlain:
        assert not answer[1] or any(record.present is not None for record in answer[1])
        return

    assert told(read) == told(by_tree(answer[0], document))


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("charset", [None, "utf-8", "UTF-8"])
def test_every_list_of_whole_records_is_read_as_text(operation: Operation, charset: str | None) -> None:
    kind: Any = operation.result
    records = [filled(kind.record), kind.record(), filled(kind.record)]

    assert read_list(operation, answer_bytes(operation, records), charset) == records


@settings(max_examples=1500, suppress_health_check=list(HealthCheck), deadline=None)
@given(random=st.randoms(use_true_random=False), operation=st.sampled_from(LISTS))
def test_whatever_is_done_to_a_list_no_more_is_read_than_by_way_of_a_tree(random: Any, operation: Operation) -> None:
    kind: Any = operation.result
    text = answer_bytes(operation, [filled(kind.record), kind.record()]).decode()
    for _ in range(random.randrange(1, 3)):
        place = random.choice([at for at, character in enumerate(text) if character in "<>"]) + random.randrange(2)
        text = text[:place] + random.choice(ODD_PIECES) + text[place + random.randrange(3) :]
    try:
        read = read_list(operation, text.encode(), None)
    except NotPlain:
        return

    assert told(read) == told(by_tree(operation, text.encode()))


@pytest.mark.parametrize("text", ["a\rb", "a\x00b", "a\ufffeb", "a&who;b", "a&b", "a]]>b", "a<!-- -->b"])
def test_a_text_that_means_something_else_to_xml_is_left_to_it(text: str) -> None:
    document = answer_bytes(GET_ACCOUNTS, [SIPAccount(owner="alice"), SIPAccount(owner="bob")])

    with pytest.raises(NotPlain):
        read_list(GET_ACCOUNTS, document.replace(b"alice", text.encode()), None)


@pytest.mark.parametrize(
    ("document", "charset"),
    [
        (answer_bytes(GET_CDRS, [SIPCDRAsset()]), "iso-8859-1"),
        (answer_bytes(GET_CDRS, [SIPCDRAsset(from_name="Zoë")]).decode().encode("iso-8859-1"), None),
        (answer_bytes(GET_CDRS, []), None),
        (answer_bytes(GET_CDRS, None), None),
        (answer_bytes(GET_ACCOUNTS, [SIPAccount()]), None),
        (answer_bytes(GET_CDRS, [SIPCDRAsset()]) + b"<!-- -->", None),
    ],
)
def test_a_message_that_is_written_otherwise_is_left_to_the_tree(document: bytes, charset: str | None) -> None:
    with pytest.raises(NotPlain):
        read_list(GET_CDRS, document, charset)


def test_what_is_no_list_is_left_to_the_tree() -> None:
    with pytest.raises(NotPlain):
        read_list(OPERATIONS["IsAlive"], answer_bytes(OPERATIONS["IsAlive"], True), None)
