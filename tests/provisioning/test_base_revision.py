"""A service of the base revision of 2010-08."""

from lxml import etree

from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.provisioning.client import ProvisioningClient

from .scripted import ScriptedService, reply
from .soap_calls import listed

BASE_ACCOUNT = (
    '<a:AdminDisabledReason i:nil="true"/><a:IPAddressACL i:nil="true"/>'
    "<a:Id>6c62292e-236b-46ea-bdf8-225010869881</a:Id>"
    '<a:InDialPlanName i:nil="true"/>'
    "<a:Inserted><b:DateTime>2010-09-01T00:00:00Z</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted>"
    "<a:IsAdminDisabled>false</a:IsAdminDisabled><a:IsIncomingOnly>false</a:IsIncomingOnly>"
    "<a:IsSwitchboardEnabled>true</a:IsSwitchboardEnabled><a:IsUserDisabled>false</a:IsUserDisabled>"
    '<a:NetworkId i:nil="true"/><a:OutDialPlanName>default</a:OutDialPlanName><a:Owner>alice</a:Owner>'
    "<a:SIPDomain>sip.example.org</a:SIPDomain><a:SIPPassword>bl4ckbird</a:SIPPassword>"
    "<a:SIPUsername>alice</a:SIPUsername><a:SendNATKeepAlives>true</a:SendNATKeepAlives>"
)


def sent_names(scripted: ScriptedService) -> set[str]:
    """The fields of the record that was sent last."""
    return {etree.QName(child).localname for child in scripted.requests[-1].message[0]}


def test_a_service_of_the_base_revision_is_spoken_to_without_the_fields_of_2011(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    found = listed(scripted, client, BASE_ACCOUNT)
    scripted.answers(reply("UpdateSIPAccount"), reply("AddSIPAccount"))

    client.sip_accounts.update(found.with_(dont_mangle_enabled=True, network_id="7"))
    assert "DontMangleEnabled" not in sent_names(scripted)
    assert sent_names(scripted) >= {"NetworkId", "SIPUsername"}

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))
    assert len(sent_names(scripted)) == 16


def test_until_a_record_comes_a_service_is_taken_to_know_everything(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    scripted.answers(reply("GetSIPAccounts", "<GetSIPAccountsResult/>"), reply("AddSIPAccount"))
    client.sip_accounts.page()

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_a_service_that_leaves_out_what_is_false_is_not_of_the_base_revision(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    listed(scripted, client, "<a:Owner>alice</a:Owner>")
    scripted.answers(reply("AddSIPAccount"))

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_a_service_that_is_brought_up_to_date_is_recognised(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    listed(scripted, client, BASE_ACCOUNT)
    listed(scripted, client, BASE_ACCOUNT + "<a:DontMangleEnabled>true</a:DontMangleEnabled>")
    scripted.answers(reply("AddSIPAccount"))

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_providers_are_judged_by_providers(scripted: ScriptedService, client: ProvisioningClient) -> None:
    listed(scripted, client, BASE_ACCOUNT)
    scripted.answers(reply("AddSIPProvider"))

    client.sip_providers.add(SIPProvider(provider_name="trunk"))

    assert sent_names(scripted) >= {"GVCallbackNumber", "GVCallbackPattern", "GVCallbackType", "ProviderType"}
