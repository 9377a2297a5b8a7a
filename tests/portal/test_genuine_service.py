"""The portal in front of the original service, as it answered with its file store and with MySQL."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from sipsorcery_web.contract.records import Customer, SIPAccount, SIPDialPlan, SIPDomain, SIPProvider
from sipsorcery_web.contract.wire_types import NEVER, ZERO_ID
from sipsorcery_web.portal.areas.account.refused_update import STORED_ANYWAY
from sipsorcery_web.portal.lists import search
from tests.factories import PASSWORD
from tests.provisioning.genuine import DOMAIN, service
from tests.provisioning.genuine.faults import Thrown

from .browser import Page
from .genuine import Front

NEW_ACCOUNT = {"sip_username": "front-desk", "sip_domain": DOMAIN, "sip_password": "bl4ckbird!"}
NEW_PROVIDER = {"provider_name": "northline", "provider_server": "sip.northline.example"}
OF_A_DATABASE = re.compile(
    r"sipaccounts|sipusername|Duplicate|cannot be null|foreign key|Unknown column|not supported by SQL|MySql"
)


def calls_on(page: Page) -> int:
    """Return how many calls a page of the list shows; days have rows of their own."""
    return len([row for row in page.rows if "everything about this call" in row])


# Ids and times


def test_two_people_register_one_after_the_other(front: Front) -> None:
    assert [front.register(name).path for name in ("alice", "bobby")] == ["/login", "/login"]

    alice, bobby = (front.service.customer(name) for name in ("alice", "bobby"))
    assert ZERO_ID not in (alice.id, bobby.id)
    assert NEVER not in (alice.inserted, bobby.inserted)


def test_what_is_added_has_its_times(front: Front) -> None:
    alice = front.signed_in("alice")
    alice.submit("/sip-accounts/add", **NEW_ACCOUNT)
    alice.submit("/providers/add", **NEW_PROVIDER)
    alice.submit("/dial-plans/add", dial_plan_name="evening")

    account = front.service.store.first(SIPAccount, sip_username="front-desk")
    provider = front.service.store.first(SIPProvider)
    plan = front.service.store.first(SIPDialPlan, dial_plan_name="evening")
    assert account
    assert provider
    assert plan
    assert NEVER not in (account.inserted, provider.inserted, provider.last_update, plan.inserted, plan.last_update)
    for path in ("/sip-accounts", f"/sip-accounts/{account.id}", "/dial-plans", f"/providers/{provider.id}"):
        assert "never" not in alice.open(path).text.lower().replace("never registers", ""), path


def test_what_was_stored_without_a_time_was_not_never_made(front: Front) -> None:
    alice = front.signed_in("alice")
    account, plan = front.service.store.first(SIPAccount), front.service.store.first(SIPDialPlan)
    assert account
    assert plan
    front.service.store.put(replace(account, inserted=NEVER), replace(plan, last_update=NEVER))

    for path in ("/sip-accounts", f"/sip-accounts/{account.id}", "/dial-plans", f"/dial-plans/{plan.id}"):
        page = alice.open(path)
        assert "time not told" in page.text, path
        assert "never" not in page.text, path


def test_a_change_is_known_by_its_time(front: Front) -> None:
    alice = front.signed_in("alice")
    alice.submit("/providers/add", **NEW_PROVIDER)
    before = front.service.store.first(SIPProvider)
    assert before is not None
    alice.submit(f"/providers/{before.id}", provider_username="HD-204417")

    after = front.service.store.first(SIPProvider)
    assert after is not None
    assert (after.provider_username, after.inserted) == ("HD-204417", before.inserted)
    assert after.last_update > before.last_update


def test_a_plan_that_was_saved_twice_has_two_versions(front: Front) -> None:
    alice = front.signed_in("alice")
    plan = front.service.store.first(SIPDialPlan)
    assert plan is not None
    alice.submit(f"/dial-plans/{plan.id}", dial_plan_script='sys.Log("one")')
    alice.submit(f"/dial-plans/{plan.id}", dial_plan_script='sys.Log("two")')

    page = alice.open(f"/dial-plans/{plan.id}/versions")
    assert len(page.all("//main//p[@class='saving-when']")) == 3
    assert "never" not in page.text


# Settings


def test_a_city_is_changed_without_the_security_answer(front: Front) -> None:
    alice = front.signed_in("alice")

    page = alice.submit("/account", city="Cork")

    assert page.notes == ["Your settings are saved."]
    stored = front.service.customer("alice")
    assert (stored.city, stored.security_answer, stored.customer_password) == ("Cork", "teal", PASSWORD)
    assert "teal" not in page.source


def test_an_answer_that_is_typed_takes_the_place_of_the_stored_one(front: Front) -> None:
    front.signed_in("alice").submit("/account", security_answer="amber")

    assert front.service.customer("alice").security_answer == "amber"


def test_an_answer_that_is_not_there_is_asked_for_before_anything_is_sent(front: Front) -> None:
    alice = front.signed_in("alice")
    front.service.store.put(replace(front.service.customer("alice"), security_answer=None))

    assert "None is stored yet: give one." in alice.open("/account").text
    page = alice.submit("/account", city="Cork")

    assert page.errors == {"security_answer": "Answer the security question."}
    assert front.service.calls("UpdateCustomer") == []
    assert front.service.customer("alice").city == "Galway"
    assert alice.submit("/account", city="Cork", security_answer="teal").notes == ["Your settings are saved."]


def _refuse(monkeypatch: pytest.MonkeyPatch, *cities: str) -> None:
    def refuse(customer: Customer, is_new: bool = False) -> None:
        if customer.city in cities:
            raise Thrown("The city is not on the map.")

    monkeypatch.setattr(service, "refuse_customer", refuse)


def test_what_a_refused_change_has_changed_is_put_back(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = front.signed_in("alice")
    _refuse(monkeypatch, "Atlantis")

    page = alice.submit("/account", city="Atlantis", first_name="Alicia")

    assert page.errors == {"city": "The city is not on the map."}
    assert "Nothing was saved yet." in page.notes[0]
    stored = front.service.customer("alice")
    assert (stored.city, stored.first_name, stored.security_answer) == ("Galway", "Alice", "teal")


def test_what_cannot_be_put_back_is_not_called_unsaved(file_front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = file_front.signed_in("alice")
    _refuse(monkeypatch, "Atlantis", "Galway")

    page = alice.submit("/account", city="Atlantis")

    assert STORED_ANYWAY in page.notes[0]
    assert "Nothing was saved" not in page.text


def test_an_account_is_changed_without_its_password(front: Front) -> None:
    alice = front.signed_in("alice")
    alice.submit("/sip-accounts/add", **NEW_ACCOUNT)
    account = front.service.store.first(SIPAccount, sip_username="front-desk")
    assert account is not None
    alice.submit(f"/sip-accounts/{account.id}", network_id="home")

    stored = front.service.store.first(SIPAccount, sip_username="front-desk")
    assert stored is not None
    assert (stored.network_id, stored.sip_password) == ("home", "bl4ckbird!")


# Filters


def test_many_records_are_paged_by_the_service(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice")
    records = mysql_front.cdrs("alice", 3040)
    alice.open(f"/cdrs/{records[0].id}")
    alice.open("/cdrs?direction=in")
    alice.open("/cdrs?q=00001")
    mysql_front.service.asked.clear()

    page = alice.open("/cdrs?page=100")

    assert "3040" in page.text.replace(",", "")
    assert "This service cannot search" not in page.text
    assert [asked.name for asked in mysql_front.service.calls("GetCDRs")] == ["GetCDRsCount", "GetCDRs"]
    assert [asked.arguments["count"] for asked in mysql_front.service.asked if asked.name == "GetCDRs"] == [25]


@pytest.mark.parametrize("address", ["?direction=in", "?q=DESK&direction=in", "?status=answered&direction=in"])
def test_a_direction_is_found(front: Front, address: str) -> None:
    alice = front.signed_in("alice")
    front.cdrs("alice", 9)

    page = alice.open(f"/cdrs{address}")
    assert calls_on(page) == 3
    rows = list(csv.reader(io.StringIO(alice.open(f"/cdrs.csv{address}").source.lstrip("\ufeff"))))
    assert len(rows) == 4
    assert len(json.loads(alice.open(f"/cdrs.json{address}").source)) == 3


def test_a_refused_filter_is_sent_once_for_everybody(mysql_front: Front) -> None:
    alice, bob = mysql_front.signed_in("alice"), mysql_front.signed_in("bobby")
    mysql_front.cdrs("alice", 9)
    alice.open("/cdrs?direction=in")
    mysql_front.service.asked.clear()
    bob.open("/cdrs?direction=out")

    (asked,) = mysql_front.service.calls("GetCDRs")
    assert asked.where == "(AnsweredStatus != 401 and AnsweredStatus != 407)"


def test_a_search_that_broke_on_a_record_of_one_is_sent_for_another(file_front: Front) -> None:
    alice, bob = file_front.signed_in("alice"), file_front.signed_in("bobby")
    file_front.cdrs("alice", 3)
    alice.open("/cdrs?q=0001")
    file_front.service.asked.clear()
    bob.open("/cdrs?q=0001")
    assert "Contains" in (file_front.service.calls("GetCDRsCount")[0].where or "")
    file_front.service.asked.clear()
    alice.open("/cdrs?q=0002")
    assert not any("Contains" in (asked.where or "") for asked in file_front.service.calls("GetCDRs"))


def test_a_list_that_is_too_long_to_look_through_for_one_record_says_so(
    mysql_front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = mysql_front.signed_in("alice")
    records = mysql_front.cdrs("alice", 12)
    monkeypatch.setattr(search, "MOST_FOR_ONE", 5)
    monkeypatch.setattr(search, "FIRST_AT_ONCE", 4)
    monkeypatch.setattr(search, "AT_ONCE", 4)

    assert alice.open(f"/cdrs/{records[3].id}").status == 200
    page = alice.open(f"/cdrs/{records[11].id}")
    assert (page.status, search.TOO_MANY in page.text) == (409, True)
    assert alice.open("/cdrs/6c62292e-236b-46ea-bdf8-225010869881").status == 409


def test_a_record_far_down_the_list_is_opened(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice")
    records = mysql_front.cdrs("alice", 3040)

    assert "03040" in alice.open(f"/cdrs/{records[-1].id}").text


def test_a_search_that_breaks_on_a_null_still_finds(front: Front) -> None:
    alice = front.signed_in("alice")
    front.cdrs("alice", 30)  # none of them names its caller
    assert calls_on(alice.open("/cdrs?q=0000")) == 9


def test_a_service_that_hides_its_texts_is_searched_all_the_same(front: Front) -> None:
    alice = front.signed_in("alice")
    front.cdrs("alice", 30)
    front.service.hides_texts = True

    assert calls_on(alice.open("/cdrs?q=0000&direction=in")) == 3
    assert alice.open("/sip-accounts?q=ALI").names == ["alice"]


def test_a_service_out_of_order_has_refused_no_filter(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = front.signed_in("alice")
    front.cdrs("alice", 3)
    with monkeypatch.context() as broken:
        broken.setattr(front.service.store, "count", _broken)
        broken.setattr(front.service.store, "page", _broken)
        assert alice.open("/cdrs").status == 409
    front.service.asked.clear()

    assert calls_on(alice.open("/cdrs")) == 3
    assert [asked.where for asked in front.service.calls("GetCDRs")] == [
        "(AnsweredStatus != 401 and AnsweredStatus != 407)"
    ] * 2


def _broken(*_anything: object) -> None:
    raise Thrown("Table 'sipsorcery.cdr' is marked as crashed", "MySql.Data.MySqlClient.MySqlException")


# Words


def test_a_name_that_is_taken_is_told_at_its_field(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice")
    pages = [alice.submit("/sip-accounts/add", **NEW_ACCOUNT | {"sip_username": "alice"})]
    pages += [alice.submit("/providers/add", **NEW_PROVIDER) for _ in range(2)]

    assert pages[0].errors == {
        "sip_username": "This name is taken on this domain. Choose another name or another domain."
    }
    assert pages[2].errors == {"provider_name": "You have a provider with this name. Choose another name."}
    assert not any(OF_A_DATABASE.search(page.text) for page in pages)


def test_an_account_for_incoming_calls_needs_a_password_there(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice")

    page = alice.submit("/sip-accounts/add", **NEW_ACCOUNT | {"sip_password": ""}, is_incoming_only="y")

    assert page.errors == {"sip_password": "Enter a password."}


def test_a_provider_without_a_username_is_added(front: Front) -> None:
    front.signed_in("alice").submit("/providers/add", **NEW_PROVIDER)

    provider = front.service.store.first(SIPProvider)
    assert provider is not None
    assert provider.provider_username == ""


def test_a_domain_that_is_gone_is_told_in_words(mysql_front: Front) -> None:
    alice = mysql_front.signed_in("alice")
    alice.submit("/sip-accounts/add", **NEW_ACCOUNT)
    account = mysql_front.service.store.first(SIPAccount)
    domain = mysql_front.service.store.first(SIPDomain)
    assert account
    assert domain
    mysql_front.service.store.put(replace(domain, domain="elsewhere.example"))

    page = alice.submit(f"/sip-accounts/{account.id}", network_id="home")

    assert page.status == 422
    assert "The domain is not one of this service." in page.notes[0]
