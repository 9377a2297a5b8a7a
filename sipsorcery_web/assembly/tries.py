"""Tries and test cases for programs: what the pages do, in a request that stands for the owner of a token."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from ..contract.areas import Area
from ..portal.areas.dial_plans.tries import for_programs
from ..portal.areas.dial_plans.tries.running import NotTried
from ..portal.http.programs import stand_for
from ..portal.storage.dial_plan_test_cases import MOST, TooManyCases
from ..portal.storage.errors import StorageUnavailable
from ..rest.acts import Order
from ..rest.problems import Problem
from ..service.dispatch import Service

AWAY = "The test cases cannot be reached at the moment."
WAIT = 5
"""Seconds until it is worth trying again."""

Told = Mapping[str, object]


@dataclass(frozen=True)
class TriesOfPages:
    """The port `rest.acts.PlanTries` over the pages' own ways."""

    app: Flask
    service: Service

    def try_plan(self, order: Order, wanted: Mapping[str, Any]) -> Told:
        """Return what would happen at a call."""
        with self._as_owner(order):
            return for_programs.told_try(order.plan_id, wanted)

    def cases(self, order: Order) -> Sequence[Told]:
        """Return the test cases of a plan."""
        with self._as_owner(order):
            return for_programs.told_cases(order.plan_id)

    def case(self, order: Order) -> Told:
        """Return a test case."""
        with self._as_owner(order):
            return for_programs.told_case(order.plan_id, order.case_id)

    def add_case(self, order: Order, name: str, wanted: Mapping[str, Any]) -> Told:
        """Keep a try as a test case, and return it."""
        with self._as_owner(order, writes="to add a test case"):
            return for_programs.add_case(order.plan_id, name, wanted)

    def run_cases(self, order: Order) -> Sequence[Told]:
        """Run all test cases, keep what they see, and return them."""
        with self._as_owner(order, writes="to run test cases"):
            return for_programs.run_cases(order.plan_id)

    def accept_case(self, order: Order) -> Told:
        """Take the last result of a test case for the wanted one, and return the case."""
        with self._as_owner(order, writes="to change a test case"):
            return for_programs.accept_case(order.plan_id, order.case_id)

    def delete_case(self, order: Order) -> None:
        """Delete a test case."""
        with self._as_owner(order, writes="to delete a test case"):
            for_programs.remove_case(order.plan_id, order.case_id)

    @contextmanager
    def _as_owner(self, order: Order, writes: str = "") -> Iterator[None]:
        """Let pages' code run for the token's owner. Raises Problem for what it raises, but for errors of the service.

        Reading the plan needs its scope; test cases are no records of the contract, so that theirs is asked for here.
        """
        address = order.request.remote_addr or ""
        if writes:
            owner = self.service.admitted(order.token, address, Area.DIAL_PLANS.writing, writes)
        else:
            owner = self.service.owner_of(order.token)
        zone = self.service.time_zone_of(order.token)
        with self.app.request_context(order.request.environ):
            stand_for(owner, order.token, zone)
            try:
                yield
            except for_programs.WrongOrder as error:
                raise Problem(422, str(error), "wrong-try", error.field) from None
            except NotTried as why:
                raise Problem(503, str(why), headers={"Retry-After": str(WAIT)}) from None
            except TooManyCases:
                raise Problem(422, f"A plan has at most {MOST} test cases.", "too-many-test-cases") from None
            except StorageUnavailable:
                raise Problem(503, AWAY) from None
