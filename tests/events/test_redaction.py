"""Secrets are gone from a message, however they are written."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.redaction import HIDDEN, MOST_CHARACTERS, is_sip, redacted, shown

from .wire import message

START = "REGISTER sip:sip.local SIP/2.0"
SECRET = "5ecre7f00d5ecre7f00d5ecre7f00d00"
SDP = "Content-Type: application/sdp"


def described(*lines: str, kind: str = SDP) -> str:
    return redacted(message("INVITE sip:bob@sip.local SIP/2.0", kind, body="\r\n".join(["v=0", *lines, ""])))


def test_a_message_without_secrets_stays_as_it_is() -> None:
    whole = message(
        "INVITE sip:bob@sip.local SIP/2.0",
        "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK1;rport",
        'From: "Alice" <sip:alice@sip.local>;tag=a1',
        "To: <sip:bob@sip.local>",
        "Call-ID: one:two@198.51.100.7",
        "Contact: <sip:alice@198.51.100.7:5060;transport=udp>;expires=60",
        "Refer-To: <sip:bob@sip.local?Replaces=one%3Bto-tag%3Da>",
        'WWW-Authenticate: Digest realm="sip.local", nonce="abc", algorithm=MD5, qop="auth", stale=true',
        "Subject: basic questions",
        SDP,
        body="v=0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ice-ufrag:uu\r\n",
    )

    assert redacted(whole) == whole.decode()


@pytest.mark.parametrize(
    "header",
    [
        f'Authorization: Digest username="alice", response="{SECRET}"',
        f'Proxy-Authorization: Digest username="alice", response="{SECRET}"',
        f'authorization:Digest response="{SECRET}"',
        f'AUTHORIZATION \t : Digest response="{SECRET}"',
        f'Authorization: Digest username="alice",\r\n response="{SECRET}"',
        f'Authorization:\r\n\tDigest username="alice",\r\n\t response={SECRET}',
        f"Authorization: Basic {SECRET}",
        f'Authentication-Info: rspauth="{SECRET}", nextnonce="{SECRET}"',
        f'Proxy-Authentication-Info: rspauth="{SECRET}"',
        f"Cookie: session={SECRET}",
        f"Set-Cookie: session={SECRET}",
        f"Identity: {SECRET}",
        f"y: {SECRET}",
        f"X-Auth-Token: {SECRET}",
        f"X-Api-Key: {SECRET}",
        f"X-Third-Party: {SECRET}",
        f"X-Engine-Owner: {SECRET}",
        f"X-Other: Bearer {SECRET}",
        f"X-Other: basic {base64.b64encode(f'alice:{SECRET}'.encode()).decode()}",
        f"X-Other: Digest response={SECRET}",
        f"X-Other: a=1;password={SECRET}",
        f'X-Other: a=1; access_token = "{SECRET}"',
        f"To: sip:alice:{SECRET}@sip.local",
        f"t: <sip:alice:{SECRET}@sip.local>",
        f'From: "Alice" <SIPS:alice:{SECRET}@sip.local>;tag=1',
        f"Contact: <sip:alice:p@{SECRET}@198.51.100.7>;expires=60",
        f"Contact: <sip:alice:p?{SECRET}@198.51.100.7>;expires=60",
        f"Contact: <sip:alice@198.51.100.7;pn-prid={SECRET};pn-provider=apns>",
        f"Refer-To: <sip:bob@sip.local?Authorization=Digest%20response%3D{SECRET}>",
        f"Call-Info: <https://alice:{SECRET}@example.org/picture>",
        f"{SECRET}",
        f"no header {SECRET}",
        f"Via: SIP/2.0/UDP a\r{SECRET}",
        f"Via: SIP/2.0/UDP a\nAuthorization: {SECRET}",
    ],
)
def test_what_is_secret_in_a_header_is_hidden(header: str) -> None:
    found = redacted(message(START, "Call-ID: one", header, "CSeq: 1 REGISTER"))

    assert SECRET not in found
    assert base64.b64encode(b"alice:5ecr").decode()[:10] not in found
    assert HIDDEN in found
    assert found.startswith(f"{START}\r\nCall-ID: one\r\n")
    assert "CSeq: 1 REGISTER" in found


def test_a_password_in_the_request_line_is_hidden() -> None:
    assert redacted(message(f"INVITE sip:bob:{SECRET}@sip.local SIP/2.0")).startswith("INVITE sip:bob:***@sip.local ")


@pytest.mark.parametrize(
    "line",
    [
        f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}",
        f"a=CRYPTO:1 AES inline:{SECRET}",
        f"A=crypto:1 AES inline:{SECRET}",
        f" a=crypto:1 AES inline:{SECRET}",
        f"a =crypto:1 AES inline:{SECRET}",
        f"a=acap:1 crypto:1 AES inline:{SECRET}",
        f"a=key-mgmt:mikey {SECRET}",
        f"a=ice-pwd:{SECRET}",
        f"a=Ice-Pwd:{SECRET}",
        f"a=crypto {SECRET}",
        f"k=clear:{SECRET}",
        f"K=clear:{SECRET}",
        f"u=https://alice:{SECRET}@example.org/",
        f"a=x:password={SECRET}",
        f"Authorization: {SECRET}",
        SECRET,
    ],
)
def test_what_is_secret_in_a_description_is_hidden(line: str) -> None:
    found = described(line, "m=audio 4000 RTP/AVP 0")

    assert SECRET not in found
    assert found.endswith("m=audio 4000 RTP/AVP 0\r\n")


@pytest.mark.parametrize("kind", ["c: Application/SDP;charset=utf-8", "content-type:\r\n application/sdp"])
def test_a_description_is_known_however_its_type_is_written(kind: str) -> None:
    assert "m=audio" in described("m=audio 4000 RTP/AVP 0", kind=kind)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Content-Type: text/plain", "(text/plain, 14 bytes, not kept)"),
        ("Content-Type: application/dtmf-relay", "(application/dtmf-relay, 14 bytes, not kept)"),
        ("Subject: none", "(of no known type, 14 bytes, not kept)"),
        (f"{SDP}\r\nContent-Encoding: gzip", "(application/sdp, 14 bytes, not kept)"),
        (f"{SDP}\r\nc: text/plain", "(application/sdp, 14 bytes, not kept)"),
        (f"Content-Type: {'x' * 100}/{SECRET}", "(of no known type, 14 bytes, not kept)"),
    ],
)
def test_of_any_other_body_only_type_and_length_are_told(kind: str, said: str) -> None:
    found = redacted(message("MESSAGE sip:bob@sip.local SIP/2.0", kind, body="a=pin:0000 b=1"))

    assert found.endswith(f"\r\n\r\n{said}")


def test_of_a_body_in_parts_only_descriptions_are_kept() -> None:
    body = (
        "--edge\r\nContent-Type: application/sdp\r\n\r\nv=0\r\na=ice-pwd:hidden\r\n"
        f"--edge\r\nContent-Type: text/plain\r\n\r\n{SECRET}\r\n--edge--\r\n"
    )

    found = redacted(
        message("INVITE sip:bob@sip.local SIP/2.0", 'Content-Type: multipart/mixed; boundary="edge"', body=body)
    )

    assert "v=0\r\na=ice-pwd:***" in found
    assert "(text/plain, 34 bytes, not kept)" in found
    assert SECRET not in found


def test_control_characters_are_gone() -> None:
    found = redacted(b"OPTIONS sip:a@b SIP/2.0\r\nSubject: \x1b[31m\x00\x07\x9b\xc2\x9b\r\n\r\n")

    assert re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", found) is None


def test_a_long_message_is_cut() -> None:
    found = redacted(message(START, f"X-Long: {'a' * 60_000}"))

    assert len(found) < MOST_CHARACTERS + 100
    assert "characters more)" in found


def test_what_is_no_message_is_told_by_its_size() -> None:
    assert redacted(f"POST /RPC HTTP/1.1\r\nX-Engine-Secret: {SECRET}\r\n\r\n".encode()).startswith("(")
    assert not is_sip(b"POST /RPC HTTP/1.1\r\n\r\n")
    assert not is_sip(b"\r\n\r\n")


def test_what_a_stranger_says_is_one_short_line_without_a_password() -> None:
    assert shown(f"sip:alice:{SECRET}@sip.local\r\n\x00 x") == "sip:alice:***@sip.local \ufffd x"
    assert len(shown("a" * 1000)) == 200


@given(
    st.one_of(st.binary(max_size=2000), st.binary(max_size=2000).map(lambda junk: b"INVITE sip:a@b SIP/2.0\r\n" + junk))
)
def test_no_bytes_raise(junk: bytes) -> None:
    found = redacted(junk)

    found.encode()
    assert re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", found) is None


LINE_ENDS = st.sampled_from(["\r\n", "\n", "\r", "\r\n ", "\n\t", "\n\r\n", "\r\n\r\n"])
PIECES = st.sampled_from(
    [
        f'Authorization: Digest username="alice", response="{SECRET}"',
        f'pRoXy-AuThOrIzAtIoN\t:Digest response="{SECRET}"',
        f"response={SECRET}",
        f'response = "{SECRET}"',
        f"To: <sip:alice:{SECRET}@h>",
        f"sip:alice:{SECRET}@h",
        f"a=crypto:1 X inline:{SECRET}",
        f"a=ice-pwd:{SECRET}",
        f"k=clear:{SECRET}",
        f"Cookie: {SECRET}",
        "c: application/sdp",
        "Content-Type: multipart/mixed;boundary=x",
        "--x",
        "v=0",
        "Via: SIP/2.0/UDP h",
        " ",
        "",
        "\x00",
        "é",
        "Subject:",
    ]
)


@given(st.lists(st.tuples(PIECES, LINE_ENDS), max_size=30))
def test_no_order_of_lines_lets_a_secret_through(pieces: list[tuple[str, str]]) -> None:
    text = "INVITE sip:bob@h SIP/2.0\r\n" + "".join(piece + end for piece, end in pieces)

    assert SECRET not in redacted(text.encode())
