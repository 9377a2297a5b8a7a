"""The WSDL of the extensions: what a code generator makes of it is what the service reads."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import zeep
from lxml import etree

from sipsorcery_web.contract import codec, envelope, names
from sipsorcery_web.contract.extensions import EXTENSIONS, AccessToken
from sipsorcery_web.contract.extensions_wsdl import extensions_wsdl
from sipsorcery_web.contract.schema import message_schema

ENDS = datetime(2027, 2, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def generated() -> Any:
    """A client that zeep has made of the contract."""
    return zeep.Client(io.BytesIO(extensions_wsdl()))


def wrapper_of(client: Any, operation: str, **values: Any) -> etree._Element:
    """The body of a request that this client writes."""
    return envelope.body_of(client.create_message(client.service, operation, **values))


def test_a_generated_client_knows_every_operation_and_its_action(generated: Any) -> None:
    (binding,) = generated.wsdl.bindings.values()
    assert {name: each.soapaction for name, each in binding.all().items()} == {
        name: operation.action for name, operation in EXTENSIONS.items()
    }


def test_the_service_reads_what_a_generated_client_writes(generated: Any) -> None:
    ends = {"DateTime": ENDS, "OffsetMinutes": 0}
    token = {"Name": "office", "Scopes": "calls:read", "Ends": ends}
    request = wrapper_of(generated, "AddAccessToken", accessToken=token)
    read = codec.read_arguments(EXTENSIONS["AddAccessToken"], request)["access_token"]
    assert (read.name, read.scopes, read.ends, read.has("token")) == ("office", "calls:read", ENDS, False)


def test_an_id_that_a_generated_client_writes_is_read(generated: Any) -> None:
    id = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"
    request = wrapper_of(generated, "DeleteAccessToken", id=id)
    assert codec.read_arguments(EXTENSIONS["DeleteAccessToken"], request) == {"id": UUID(id)}


def test_a_message_written_otherwise_is_read_by_way_of_the_schema() -> None:
    request = etree.fromstring(
        f'<AddAccessToken xmlns="{names.EXTENSIONS}"><accessToken><Scopes>calls:read</Scopes><Name>office</Name>'
        "</accessToken></AddAccessToken>"
    )
    read = codec.read_arguments(EXTENSIONS["AddAccessToken"], request)["access_token"]
    assert read == AccessToken(name="office", scopes="calls:read")


def test_messages_of_each_contract_are_validated_by_its_own_schemas() -> None:
    request = etree.fromstring(f'<GetAccessTokens xmlns="{names.EXTENSIONS}"/>')
    assert message_schema(names.EXTENSIONS).validate(request)
    assert not message_schema().validate(request)
