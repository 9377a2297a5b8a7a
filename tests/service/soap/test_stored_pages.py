"""Pages of lists go from the store's rows to the wire, as if they had been records in between."""

import pytest

from sipsorcery_web.contract.message_text import answer_bytes
from sipsorcery_web.contract.operations import OPERATIONS, RECORD_OPERATIONS
from sipsorcery_web.contract.records import Record, SIPAccount
from tests.conftest import HOME, ServiceFixture
from tests.contract import element_writer
from tests.factories import DOMAIN
from tests.portal.bulk_data import Size, settle


@pytest.mark.parametrize("record", RECORD_OPERATIONS, ids=lambda record: record.__name__)
def test_a_page_is_written_as_its_records_are(
    service_fixture: ServiceFixture, record: type[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service_fixture.alice
    context = service_fixture.service.context
    settle(context.database, "alice", DOMAIN, Size(4, 4, 4, 4, 4), context.clock())
    operation = OPERATIONS[RECORD_OPERATIONS[record].page]
    arguments = {"where_expression": None, "offset": 0, "count": 25}
    page = service_fixture.service.call(operation, service_fixture.token_of("alice"), HOME, arguments)
    records = list(page)
    monkeypatch.setattr(record, "from_fields", None)

    assert len(records) > 1
    assert answer_bytes(operation, page) == element_writer.answer(operation, records)


def test_secrets_are_opened_on_the_way(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    operation = OPERATIONS[RECORD_OPERATIONS[SIPAccount].page]
    arguments = {"where_expression": None, "offset": 0, "count": 25}
    page = service_fixture.service.call(operation, service_fixture.token_of("alice"), HOME, arguments)

    assert f"<a:SIPPassword>{page[0].sip_password}</a:SIPPassword>".encode() in answer_bytes(operation, page)
