"""Database errors about a refused record, as the original lets it through."""

import pytest

from sipsorcery_web.contract.database_refusals import (
    ORPHANED,
    OUT_OF_REACH,
    STILL_NEEDED,
    TOO_LONG,
    UNEXPLAINED,
    meaning_of,
)
from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.errors import BadFilter, Conflict, OutcomeUnknown, Refused, Unavailable
from sipsorcery_web.contract.faults import error_for
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import Customer, Record, SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.rules import sip_account_violations
from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    DIAL_PLAN_NAME_TAKEN,
    FOREIGN_DOMAIN,
    ID_TAKEN,
    NAME_TAKEN,
    PROVIDER_NAME_TAKEN,
    SIP_NAME_TAKEN,
)

MYSQL = "MySql.Data.MySqlClient.MySqlException"
NPGSQL = "Npgsql.NpgsqlException"
SQL_SERVER = "System.Data.SqlClient.SqlException"
ZERO = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("record", "text", "sentence", "fields"),
    [
        (SIPAccount, "Duplicate entry 'desk-sip.example.org' for key 'sipusername'", SIP_NAME_TAKEN.sentence, ("sip_username",)),
        (SIPAccount, "Duplicate entry 'desk-x' for key 'sipaccounts.sipusername'", SIP_NAME_TAKEN.sentence, ("sip_username",)),
        (SIPAccount, 'ERROR: 23505: duplicate key value violates unique constraint "sipaccounts_sipusername_key"', SIP_NAME_TAKEN.sentence, ("sip_username",)),
        (SIPAccount, "Violation of UNIQUE KEY constraint 'UQ__sipaccou__66DCF95C'. Cannot insert duplicate key in object 'dbo.sipaccounts'.", SIP_NAME_TAKEN.sentence, ("sip_username",)),
        (SIPAccount, "UNIQUE constraint failed: sipaccounts.sipusername, sipaccounts.sipdomain", SIP_NAME_TAKEN.sentence, ("sip_username",)),
        (SIPProvider, "Duplicate entry 'alice-northline' for key 'owner'", PROVIDER_NAME_TAKEN.sentence, ("provider_name",)),
        (SIPDialPlan, "Duplicate entry 'alice-default' for key 'owner'", DIAL_PLAN_NAME_TAKEN.sentence, ("dial_plan_name",)),
        (Customer, "Duplicate entry 'alice' for key 'customerusername'", NAME_TAKEN.sentence, ("customer_username",)),
        (Customer, "Duplicate entry 'a@example.org' for key 'emailaddress'", ADDRESS_TAKEN.sentence, ("email_address",)),
        (Customer, f"Duplicate entry '{ZERO}' for key 'PRIMARY'", ID_TAKEN.sentence, ()),
        (Customer, f"Duplicate entry '{ZERO}' for key 'customers.PRIMARY'", ID_TAKEN.sentence, ()),
        (SIPAccount, 'ERROR: 23505: duplicate key value violates unique constraint "sipaccounts_pkey"', ID_TAKEN.sentence, ()),
        (SIPAccount, "Violation of PRIMARY KEY constraint 'PK__sipaccou__3214EC07'. Cannot insert duplicate key in object 'dbo.sipaccounts'.", ID_TAKEN.sentence, ()),
    ],
)  # fmt: skip
def test_a_duplicate_is_told_at_the_field_that_it_is_about(
    record: type[Record], text: str, sentence: str, fields: tuple[str, ...]
) -> None:
    found = meaning_of(text, MYSQL, record)

    assert isinstance(found, Conflict)
    assert (found.message, found.fields) == (sentence, fields)


@pytest.mark.parametrize(
    ("record", "text", "sentence", "fields"),
    [
        (SIPAccount, "Column 'sippassword' cannot be null", "A password must be specified.", ("sip_password",)),
        (SIPAccount, 'ERROR: 23502: null value in column "sippassword" violates not-null constraint', "A password must be specified.", ("sip_password",)),
        (SIPProvider, "Cannot insert the value NULL into column 'providerusername', table 'sipsorcery.dbo.sipproviders'; column does not allow nulls. INSERT fails.", "The provider username must be specified.", ("provider_username",)),
        (Customer, "Column 'customerpassword' cannot be null", "A password must be specified.", ("customer_password", "new_password")),
        (SIPDialPlan, "NOT NULL constraint failed: sipdialplans.dialplanname", "The dial plan needs a name.", ("dial_plan_name",)),
        (SIPAccount, "Field 'id' doesn't have a default value", "The id must be specified.", ("id",)),
        (SIPAccount, "Column 'adminmemberid' cannot be null", "The value must be specified.", ()),
        (SIPAccount, "Data too long for column 'networkid' at row 1", "The network id can have at most 16 characters.", ("network_id",)),
        (SIPProvider, "Data too long for column 'providername' at row 1", "The provider name can have at most 50 characters.", ("provider_name",)),
        (Customer, "Data too long for column 'city' at row 1", "The city is longer than the service can store.", ("city",)),
        (SIPAccount, "String or binary data would be truncated.\r\nThe statement has been terminated.", TOO_LONG, ()),
        (SIPAccount, "String or binary data would be truncated in table 'x.dbo.sipaccounts', column 'networkid'.", "The network id can have at most 16 characters.", ("network_id",)),
        (SIPAccount, "ERROR: 22001: value too long for type character varying(16)", TOO_LONG, ()),
        (SIPAccount, "Cannot add or update a child row: a foreign key constraint fails (`sipsorcery`.`sipaccounts`, CONSTRAINT `sipaccounts_ibfk_2` FOREIGN KEY (`sipdomain`) REFERENCES `sipdomains` (`domain`))", FOREIGN_DOMAIN.sentence, ("sip_domain",)),
        (SIPAccount, 'The INSERT statement conflicted with the FOREIGN KEY constraint "FK__sipaccoun". The conflict occurred in database "s", table "dbo.sipdomains", column \'domain\'.', FOREIGN_DOMAIN.sentence, ("sip_domain",)),
        (SIPProvider, 'ERROR: 23503: insert or update on table "sipproviders" violates foreign key constraint "sipproviders_owner_fkey"', ORPHANED, ()),
        (SIPProvider, "Cannot delete or update a parent row: a foreign key constraint fails (`sipsorcery`.`sipproviderbindings`)", STILL_NEEDED, ()),
        (None, "Unknown column 'cdr.calldirection' in 'where clause'", UNEXPLAINED, ()),
        (None, "You have an error in your SQL syntax; check the manual near '-1' at line 1", UNEXPLAINED, ()),
    ],
)  # fmt: skip
def test_a_refusal_of_a_database_is_told_in_the_contracts_words(
    record: type[Record] | None, text: str, sentence: str, fields: tuple[str, ...]
) -> None:
    found = meaning_of(text, MYSQL, record)

    assert isinstance(found, Refused)
    assert (found.message, found.fields) == (sentence, fields)


@pytest.mark.parametrize(
    "type_name", [MYSQL, NPGSQL, SQL_SERVER, "System.Data.Common.DbException", "Mono.Data.Sqlite.SqliteException"]
)
def test_what_a_driver_says_besides_is_kept_from_people(type_name: str) -> None:
    found = meaning_of("Table 'sipsorcery.sipaccounts' is marked as crashed", type_name, SIPAccount)

    assert found is not None
    assert found.message == UNEXPLAINED


def test_a_sentence_of_the_service_is_none_of_a_database() -> None:
    sentences = [violation.message for violation in sip_account_violations(SIPAccount())]

    assert sentences
    assert [meaning_of(sentence, "System.ApplicationException", SIPAccount) for sentence in sentences] == [None] * len(
        sentences
    )


@pytest.mark.parametrize("type_name", ["System.ApplicationException", "System.Exception", ""])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Unknown column 'cdr.calldirection' in 'where clause'", UNEXPLAINED),
        ("Invalid column name 'calldirection'.", UNEXPLAINED),
        ("Table 'sipsorcery.cdr' doesn't exist", UNEXPLAINED),
        ("Invalid object name 'dbo.cdr'.", UNEXPLAINED),
        ('ERROR: 42P01: relation "cdr" does not exist', UNEXPLAINED),
        ("You have an error in your SQL syntax; check the manual near '-1' at line 1", UNEXPLAINED),
        ("Out of range value for column 'registerexpiry' at row 1", UNEXPLAINED),
        ("Incorrect string value: '\\xF0\\x9F' for column 'networkid' at row 1", UNEXPLAINED),
        ("Access denied for user 'sip'@'db.internal' (using password: YES)", OUT_OF_REACH),
        ("Unknown database 'sipsorcery'", OUT_OF_REACH),
        ("Lost connection to MySQL server during query", OUT_OF_REACH),
    ],
)
def test_a_service_that_passes_on_what_its_database_says_tells_people_no_more(
    text: str, sentence: str, type_name: str
) -> None:
    found = error_for(Fault("InternalServiceFault", text, type_name), operation=OPERATIONS["AddSIPAccount"])

    assert found.message == sentence


def test_a_database_that_does_not_take_a_filter_has_refused_the_filter() -> None:
    fault = Fault("InternalServiceFault", "Unknown column 'cdr.calldirection' in 'where clause'", MYSQL)

    for name in ("GetCDRs", "GetCDRsCount"):
        found = error_for(fault, operation=OPERATIONS[name])
        assert (type(found), found.message) == (BadFilter, UNEXPLAINED)


def test_a_database_out_of_reach_may_have_saved_what_was_sent() -> None:
    gone = Fault("InternalServiceFault", "MySQL server has gone away", MYSQL)

    assert type(error_for(gone, operation=OPERATIONS["GetCDRs"])) is Unavailable
    assert type(error_for(gone, operation=OPERATIONS["AddDialPlan"])) is OutcomeUnknown
    assert error_for(gone).message == OUT_OF_REACH
