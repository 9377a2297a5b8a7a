"""Goes through every resource with a client that openapi-python-client has generated, and prints what it has called.

`SIPSORCERY_TOKEN=sips_... python client.py https://sip.example.org/api/v1`, in the generator's environment with the
folder of the generated package in PYTHONPATH. An answer that is not the one that is described ends it.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from sip_sorcery_web_client import AuthenticatedClient, api, models

NEW: Mapping[str, tuple[Any, Any, Any]] = {
    "sip_account": (
        models.NewSIPAccount(sip_username="new-desk", sip_domain="sip.example.org", sip_password="Ch4nge.it.now"),
        models.ChangedSIPAccount(is_incoming_only=True),
        models.ChangedSIPAccount(sip_username="new-desk", sip_domain="sip.example.org"),
    ),
    "provider": (
        models.NewSIPProvider(provider_name="blueline", provider_server="sip.blueline.example"),
        models.ChangedSIPProvider(provider_username="HD-1"),
        models.ChangedSIPProvider(provider_name="blueline", provider_server="sip.blueline.example"),
    ),
    "dial_plan": (
        models.NewSIPDialPlan(dial_plan_name="night", dial_plan_script="exten => _X.,1,SIPReply(404,Nobody)"),
        models.ChangedSIPDialPlan(script_type_description="Asterisk"),
        models.ChangedSIPDialPlan(dial_plan_name="night", dial_plan_script="sys.Log('one')"),
    ),
}
"""What is added, what of it is changed, and what replaces it, by the singular in the names of operations."""


class Operations:
    """The operations of one resource, as functions of their names."""

    def __init__(self, tag: str, client: AuthenticatedClient) -> None:
        package = importlib.import_module(f"{api.__name__}.{tag}")
        names = [found.name for found in pkgutil.iter_modules(package.__path__)]
        self.modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
        self._client = client

    def call(self, name: str, *ids: Any, expect: int = 200, **more: Any) -> Any:
        """Return the answer, whose content has become a model."""
        answer = self.modules[name].sync_detailed(*ids, client=self._client, **more)
        is_expected = answer.status_code == expect and (answer.parsed is not None or expect == HTTPStatus.NO_CONTENT)
        if not is_expected:
            sys.exit(f"{name}: {answer.status_code} {answer.content.decode()}")
        sys.stdout.write(f"{name}\n")
        return answer

    def refused(self, name: str, *ids: Any, expect: int, **more: Any) -> None:
        """End with an error unless the operation is refused with a problem of this status."""
        problem = self.call(name, *ids, expect=expect, **more).parsed
        if not isinstance(problem, models.Problem) or problem.status != expect:
            sys.exit(f"{name}: no problem {expect} but {problem}")


def read(operations: Operations) -> None:
    """Read a list, its second page where there is one, and each of the first records by itself."""
    for name in [name for name in operations.modules if name.startswith("list_") and name != "list_test_cases"]:
        page = operations.call(name).parsed
        if getattr(page, "next_cursor", None):
            operations.call(name, cursor=page.next_cursor)
        singular = name.removeprefix("list_").removesuffix("s")
        for item in page.items[:2]:
            one = operations.call(f"get_{singular}", item.id).parsed
            if one != item:
                sys.exit(f"get_{singular}: {one} is not {item}")
    if "get_customer" in operations.modules:
        operations.call("get_customer")


def make_change_and_delete(operations: Operations, singular: str) -> None:
    """Take a record through its life, with a change by somebody else in the middle."""
    new, change, whole = NEW[singular]
    made = operations.call(f"add_{singular}", body=new, idempotency_key=f"one-{singular}", expect=201)
    again = operations.call(f"add_{singular}", body=new, idempotency_key=f"one-{singular}", expect=201)
    id, tag = made.parsed.id, made.headers["ETag"]
    if again.parsed.id != id:
        sys.exit(f"add_{singular}: twice")
    operations.call(f"change_{singular}", id, body=change, if_match=tag)
    operations.refused(f"change_{singular}", id, body=change, if_match=tag, expect=412)
    newer = operations.call(f"get_{singular}", id).headers["ETag"]
    operations.call(f"replace_{singular}", id, body=whole, if_match=newer)
    if singular == "dial_plan":
        act(operations, id)
    operations.call(f"delete_{singular}", id, expect=204)
    operations.refused(f"get_{singular}", id, expect=404)


def act(operations: Operations, plan: Any) -> None:
    """Try a plan and keep a test case with it."""
    busy = models.TryAnswers.from_dict({"0301@blueline": "busy"})
    operations.call("try_dial_plan", plan, body=models.Try(number="0301", answers=busy))
    made = operations.call("add_test_case", plan, body=models.NewTestCase(number="0301"), expect=201).parsed
    operations.call("run_test_cases", plan)
    operations.call("accept_test_case", plan, made.id)
    (kept,) = operations.call("list_test_cases", plan).parsed.items
    if operations.call("get_test_case", plan, made.id).parsed != kept:
        sys.exit("get_test_case: another one")
    operations.call("delete_test_case", plan, made.id, expect=204)


def main(address: str, token: str) -> None:
    client = AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True)
    for found in pkgutil.iter_modules(api.__path__):
        operations = Operations(found.name, client)
        read(operations)
        for singular in NEW:
            if f"add_{singular}" in operations.modules:
                make_change_and_delete(operations, singular)
        if "delete_call" in operations.modules:
            operations.call("delete_call", operations.call("list_calls").parsed.items[0].id, expect=204)


if __name__ == "__main__":
    main(sys.argv[1], os.environ["SIPSORCERY_TOKEN"])
