"""SIPSORCERY_PROVISIONING_WSDL: a contract from elsewhere decides what is written, and never where it goes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.contract.wsdl import WSDL_PATH
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.settings import SettingError, Settings

from .scripted import ScriptedService, http, reply, valid_reply

OF_2011 = ("DontMangleEnabled", "GVCallbackNumber", "GVCallbackPattern", "GVCallbackType", "ProviderType")
ALIVE = valid_reply("IsAlive", "<IsAliveResult>true</IsAliveResult>")


def wsdl(without: tuple[str, ...] = (), change: Callable[[etree._Element], object] = lambda root: None) -> bytes:
    """The contract without some of its fields or operations."""
    root = etree.parse(WSDL_PATH).getroot()
    for element in list(root.iter(f"{{{names.XS}}}element", f"{{{names.WSDL}}}operation")):
        parent = element.getparent()
        if element.get("name") in without and parent is not None and parent.tag != f"{{{names.XS}}}schema":
            parent.remove(element)
    change(root)
    return etree.tostring(root)


def importing(location: str) -> str:
    """A WSDL that has the rest elsewhere."""
    root = f'<wsdl:definitions xmlns:wsdl="{names.WSDL}" xmlns:svc="{names.SVC}" targetNamespace="http://tempuri.org/">'
    return f'{root}<wsdl:import namespace="{names.SVC}" location="{location}"/></wsdl:definitions>'


def client(scripted: ScriptedService, contract: Path | str) -> ProvisioningClient:
    return ProvisioningClient(SoapChannel(scripted.url, 5, str(contract)), ClientIdentity("t0ken"))


def sent_names(scripted: ScriptedService) -> set[str]:
    return {etree.QName(child).localname for child in scripted.requests[-1].message[0]}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The contract of 2010-08 as a file."""
    path = tmp_path / "base.wsdl"
    path.write_bytes(wsdl(OF_2011))
    return path


def test_a_service_of_the_base_revision_is_recognised_from_its_contract(scripted: ScriptedService, base: Path) -> None:
    told = client(scripted, base)
    scripted.answers(reply("AddSIPAccount"), reply("AddSIPProvider"))

    told.sip_accounts.add(SIPAccount(sip_username="alice-2", dont_mangle_enabled=True))
    assert len(sent_names(scripted)) == 16
    told.sip_providers.add(SIPProvider(provider_name="trunk"))
    assert len(sent_names(scripted)) == 19
    assert not sent_names(scripted) & set(OF_2011)


def test_a_contract_counts_more_than_the_replies(scripted: ScriptedService, base: Path) -> None:
    told = client(scripted, base)
    whole = "<a:DontMangleEnabled>true</a:DontMangleEnabled>"
    scripted.answers(reply("AddSIPAccount", f"<AddSIPAccountResult>{whole}</AddSIPAccountResult>"))
    scripted.answers(reply("AddSIPAccount"))

    told.sip_accounts.add(told.sip_accounts.add(SIPAccount()))

    assert "DontMangleEnabled" not in sent_names(scripted)


def test_an_operation_that_the_contract_lacks_is_not_asked_for(scripted: ScriptedService, tmp_path: Path) -> None:
    path = tmp_path / "later.wsdl"
    path.write_bytes(wsdl(("CheckInviteCode",)))
    told = client(scripted, path)

    with pytest.raises(UnknownAction):
        told._channel.call(OPERATIONS["CheckInviteCode"], None, "", {"invite_code": "x"})
    assert told.invite_complaint("x") is None
    assert scripted.requests == []


def test_messages_go_where_the_setting_says_and_not_where_the_contract_says(
    scripted: ScriptedService, tmp_path: Path
) -> None:
    elsewhere = ScriptedService()

    def lie(root: etree._Element) -> None:
        for address in root.iter(f"{{{names.WSDL_SOAP}}}address"):
            address.set("location", elsewhere.url)

    path = tmp_path / "lying.wsdl"
    path.write_bytes(wsdl(change=lie))
    scripted.answers(ALIVE)

    assert client(scripted, path).is_alive() is True
    elsewhere.close()
    assert elsewhere.connections == 0


def test_a_contract_may_come_from_an_address_and_in_parts(scripted: ScriptedService) -> None:
    """The WSDL is as the original publishes it under Mono: its binding by itself, XML Schema imported into the types."""
    location = scripted.url + "?wsdl"
    rest = etree.parse(WSDL_PATH).getroot()
    main = etree.fromstring(importing(f"{location}=wsdl0"))
    main.extend(rest.iterchildren(f"{{{names.WSDL}}}binding"))
    etree.strip_elements(rest, f"{{{names.WSDL}}}service")
    for schema in rest.iter(f"{{{names.XS}}}schema"):
        schema.insert(0, etree.Element(f"{{{names.XS}}}import", namespace=names.XS, schemaLocation=f"{location}=xsd9"))
    scripted.answers(http(etree.tostring(main)), http(etree.tostring(rest)), ALIVE)

    assert client(scripted, location).is_alive() is True
    asked = [request.head.split()[1] for request in scripted.requests]
    assert asked == ["/provisioning.svc?wsdl", "/provisioning.svc?wsdl=wsdl0", "/provisioning.svc"]


@pytest.mark.parametrize(
    "imported", ["{elsewhere}/provisioning.svc?wsdl=wsdl0", "file:///etc/hostname", "/etc/hostname"]
)
def test_an_import_from_another_place_is_refused(scripted: ScriptedService, imported: str) -> None:
    elsewhere = ScriptedService()
    location = imported.format(elsewhere=elsewhere.origin)
    scripted.answers(http(importing(location)), http("", 404))

    with pytest.raises(SettingError, match="SIPSORCERY_PROVISIONING_WSDL"):
        client(scripted, scripted.url + "?wsdl")

    elsewhere.close()
    assert elsewhere.connections == 0


def test_a_file_that_imports_from_the_network_is_refused(scripted: ScriptedService, tmp_path: Path) -> None:
    path = tmp_path / "parts.wsdl"
    path.write_text(importing(f"{scripted.url}?wsdl"))

    with pytest.raises(SettingError, match="from another host"):
        client(scripted, path)
    assert scripted.connections == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html/>",
        b"no XML",
        b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + wsdl(),
        wsdl(change=lambda root: etree.strip_elements(root, f"{{{names.WSDL}}}binding", f"{{{names.WSDL}}}service")),
        wsdl().replace(b'name="SIPUsername"', b'name="Username"'),
        wsdl().replace(b'name="whereExpression"', b'name="filter"'),
        wsdl().replace(b"SIPSorcery.SIP.App", b"SIPSorcery.Persistence"),
        wsdl(("InviteCode",)),
    ],
    ids=["empty", "page", "text", "DTD", "no binding", "other field", "other parameter", "later revision", "2010-05"],
)
def test_what_is_not_this_contract_stops_the_start(scripted: ScriptedService, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.wsdl"
    path.write_bytes(content)

    with pytest.raises(SettingError, match="SIPSORCERY_PROVISIONING_WSDL names a contract that cannot be used: "):
        client(scripted, path)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_contract_that_does_not_come_stops_the_start(scripted: ScriptedService, status: int) -> None:
    scripted.answers(http(wsdl(), status))

    with pytest.raises(SettingError, match="SIPSORCERY_PROVISIONING_WSDL"):
        client(scripted, scripted.url + "?wsdl")


def test_the_application_does_not_start_without_its_contract(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        provisioning_url="http://127.0.0.1:9/provisioning.svc",
        provisioning_wsdl=str(tmp_path / "missing.wsdl"),
    )

    with pytest.raises(SettingError, match="SIPSORCERY_PROVISIONING_WSDL"):
        create_app(settings)
