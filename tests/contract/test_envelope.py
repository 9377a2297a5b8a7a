import pytest
from lxml import etree

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.envelope import Fault, NotUnderstood, VersionMismatch
from sipsorcery_web.contract.errors import ContractError

SECURITY = (
    '<x:Security xmlns:x="http://www.sipsorcery.com/security"{attributes}><x:AuthID>{token}</x:AuthID></x:Security>'
)
BODY = f'<Logout xmlns="{names.SVC}"/>'


def message(header: str = "", body: str = BODY) -> str:
    return f'<s:Envelope xmlns:s="{names.SOAP}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'


def security(token: str, attributes: str = "") -> str:
    return SECURITY.format(token=token, attributes=attributes)


def parsed(text: str) -> etree._Element:
    return envelope.parse_envelope(text.encode())


def token_in(header: str) -> str | None:
    return envelope.token_of(parsed(message(header)))


# Parsing


def test_a_message_is_parsed() -> None:
    assert envelope.body_of(parsed(message())).tag == names.svc("Logout")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_message_may_name_its_encoding(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>{message(security("Å"))}'.encode(encoding)

    assert envelope.token_of(envelope.parse_envelope(document)) == "Å"


def test_the_charset_of_http_stands_over_the_one_of_the_document() -> None:
    document = f'<?xml version="1.0" encoding="utf-8"?>{message(security("Å"))}'.encode("iso-8859-1")

    assert envelope.token_of(envelope.parse_envelope(document, "iso-8859-1")) == "Å"


@pytest.mark.parametrize(
    "document",
    ["", "hello", "<s:Envelope", message()[:-1], message() + "<more/>", message("<unbound:x/>"), message("\x01")],
)
def test_what_is_not_well_formed_is_refused(document: str) -> None:
    with pytest.raises(ContractError, match="not well-formed"):
        parsed(document)


def test_an_unknown_charset_is_refused() -> None:
    with pytest.raises(ContractError):
        envelope.parse_envelope(message().encode(), "no-such-charset")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
@pytest.mark.parametrize("told", ["by the document", "by HTTP"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str, told: str) -> None:
    laughs = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    document = f"{declaration}{laughs}{message(security('&b;'))}".encode(encoding)

    with pytest.raises(ContractError):
        envelope.parse_envelope(document, encoding if told == "by HTTP" else None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["\ufeff\ufeff", "\ufeff \ufeff", " \ufeff", "\ufeff\ufeff\ufeff"])
def test_a_document_type_behind_more_byte_order_marks_is_refused(encoding: str, before: str) -> None:
    document = f'{before}<!DOCTYPE s [<!ENTITY a "ha">]>{message(security("&a;"))}'.encode(encoding)

    with pytest.raises(ContractError):
        envelope.parse_envelope(document, encoding)


def test_a_document_type_that_utf_7_hides_is_refused() -> None:
    declaration = b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE s [+ADwAIQ-ENTITY a "ha">]>'

    with pytest.raises(ContractError, match="character set"):
        envelope.parse_envelope(declaration + message(security("&a;")).encode())


@pytest.mark.parametrize("text", ["<!DOCTYPE x>", "<!doctype x>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_a_document_type_is_named_as_the_reason(text: str) -> None:
    with pytest.raises(ContractError, match="document type"):
        parsed(text + message())


def test_comments_and_instructions_are_as_if_they_were_not_there() -> None:
    assert token_in("<!-- a --><?b c?>" + security("ab<!-- - -->cd")) == "abcd"


@pytest.mark.parametrize("root", ['<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"/>', "<Envelope/>", BODY])
def test_an_envelope_of_another_version_is_told_apart(root: str) -> None:
    with pytest.raises(VersionMismatch) as refused:
        parsed(root)

    assert refused.value.fault_code == "VersionMismatch"


def test_a_message_of_the_deepest_level_is_taken_and_the_next_is_refused() -> None:
    levels = envelope.MAX_DEPTH - 2

    parsed(message(body="<x>" * levels + "</x>" * levels))
    with pytest.raises(ContractError, match="nested too deeply"):
        parsed(message(body="<x>" * (levels + 1) + "</x>" * (levels + 1)))


def test_a_wide_message_is_not_a_deep_one() -> None:
    assert len(envelope.body_of(parsed(message(body=f"<x>{'<y/>' * 5000}</x>")))) == 5000


@pytest.mark.parametrize("body", ["", BODY + BODY, "only text"])
def test_a_body_holds_exactly_one_element(body: str) -> None:
    with pytest.raises(ContractError, match="exactly one element"):
        envelope.body_of(parsed(message(body=body)))


def test_a_message_without_a_body_is_refused() -> None:
    with pytest.raises(ContractError, match="exactly one element"):
        envelope.body_of(parsed(f'<s:Envelope xmlns:s="{names.SOAP}"/>'))


# The token


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (security("abc"), "abc"),
        (security("\n  abc\n"), "abc"),
        (security("abc", f' s:mustUnderstand="1" xmlns:s="{names.SOAP}"'), "abc"),
        (security(""), None),
        (security("   "), None),
        ('<x:Security xmlns:x="http://www.sipsorcery.com/security"/>', None),
        ('<x:Security xmlns:x="http://www.sipsorcery.com/security"><x:apikey>k</x:apikey></x:Security>', None),
        ('<x:Security xmlns:x="urn:another"><x:AuthID>abc</x:AuthID></x:Security>', None),
        ('<x:Security xmlns:x="http://www.sipsorcery.com/security"><AuthID>abc</AuthID></x:Security>', None),
        ("<authid>abc</authid>", "abc"),
        ("<authid/>", None),
        (f'<authid s:mustUnderstand="1" xmlns:s="{names.SOAP}">abc</authid>', "abc"),
        ('<authid xmlns="urn:another">abc</authid>', None),
        ("<authid>old</authid>" + security("new"), "new"),
        ("<authid>old</authid>" + security(""), "old"),
        ('<a:Action xmlns:a="http://www.w3.org/2005/08/addressing">x</a:Action>' + security("abc"), "abc"),
        ("", None),
    ],
)
def test_the_token_is_found_in_the_header(header: str, token: str | None) -> None:
    assert token_in(header) == token


def test_a_message_without_a_header_has_no_token() -> None:
    assert envelope.token_of(parsed(f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body>{BODY}</s:Body></s:Envelope>')) is None


@pytest.mark.parametrize("header", [security("abc"), "<authid>abc</authid>"])
def test_two_security_headers_are_refused(header: str) -> None:
    with pytest.raises(ContractError, match="more than one security header"):
        token_in(header + header)


@pytest.mark.parametrize(("flag", "refused"), [("1", True), ("true", True), ("0", False), ("false", False)])
def test_a_header_that_must_be_understood_is_refused_when_it_is_unknown(flag: str, refused: bool) -> None:
    header = f'<t:Ticket xmlns:t="urn:t" xmlns:s="{names.SOAP}" s:mustUnderstand="{flag}"/>' + security("abc")
    if not refused:
        assert token_in(header) == "abc"
        return
    with pytest.raises(NotUnderstood) as error:
        token_in(header)

    assert error.value.fault_code == "MustUnderstand"


@pytest.mark.parametrize(("actor", "refused"), [("", True), (names.NEXT_ACTOR, True), ("urn:a-proxy", False)])
def test_a_header_for_another_actor_need_not_be_understood(actor: str, refused: bool) -> None:
    header = (
        f'<t:Ticket xmlns:t="urn:t" xmlns:s="{names.SOAP}" s:mustUnderstand="1" s:actor="{actor}"/>{security("abc")}'
    )
    if not refused:
        assert token_in(header) == "abc"
        return
    with pytest.raises(NotUnderstood):
        token_in(header)


def test_the_token_is_sent_as_the_original_client_sends_it() -> None:
    header = envelope.security_header("abc")

    assert etree.tostring(header) == (
        b'<sssec:Security xmlns:sssec="http://www.sipsorcery.com/security"><sssec:AuthID>abc</sssec:AuthID></sssec:Security>'
    )
    assert envelope.security_header(None)[0].text == ""


# Faults


def sent(fault: Fault) -> etree._Element:
    """The fault after its way over the wire."""
    return envelope.body_of(envelope.parse_envelope(envelope.envelope_bytes(envelope.fault_element(fault))))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("InternalServiceFault", "The username <b> & so on.", "System.ApplicationException"),
        Fault("DeserializationFailed", "The message is not well-formed XML."),
        Fault("MustUnderstand", "The header is not understood."),
    ],
)
def test_a_fault_comes_back_as_it_went(fault: Fault) -> None:
    assert envelope.fault_of(sent(fault)) == fault


def test_a_fault_has_the_shape_of_the_originals() -> None:
    element = sent(Fault("InternalServiceFault", "No.", "System.ApplicationException"))
    detail = element.find(f"detail/{{{names.FAULT_DETAIL}}}ExceptionDetail")
    prefix, _, code = element.findtext("faultcode", "").partition(":")

    assert [child.tag for child in element] == ["faultcode", "faultstring", "detail"]
    assert (element.nsmap[prefix], code) == (names.FAULT_CODES, "InternalServiceFault")
    assert element[1].get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert detail is not None
    assert [(etree.QName(child).localname, child.text, child.get(names.NIL)) for child in detail] == [
        ("HelpLink", None, "true"),
        ("InnerException", None, "true"),
        ("Message", "No.", None),
        ("StackTrace", None, None),
        ("Type", "System.ApplicationException", None),
    ]


@pytest.mark.parametrize("code", ["VersionMismatch", "MustUnderstand"])
def test_the_codes_of_soap_are_in_its_namespace(code: str) -> None:
    element = sent(Fault(code, "No."))
    prefix = element.findtext("faultcode", "").partition(":")[0]

    assert element.nsmap[prefix] == names.SOAP
    assert element.find("detail") is None


def test_what_is_no_fault_is_not_taken_for_one() -> None:
    assert envelope.fault_of(parsed(BODY.replace(BODY, message()))) is None
    assert envelope.fault_of(envelope.body_of(parsed(message()))) is None


def test_a_fault_that_says_little_is_still_a_fault() -> None:
    assert envelope.fault_of(etree.fromstring(f'<s:Fault xmlns:s="{names.SOAP}"/>')) == Fault("", "")
    bare = (
        f'<s:Fault xmlns:s="{names.SOAP}"><faultcode> s:Server </faultcode><faultstring> No. </faultstring></s:Fault>'
    )
    assert envelope.fault_of(etree.fromstring(bare)) == Fault("Server", "No.")
