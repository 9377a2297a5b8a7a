import re
from dataclasses import replace

from sipsorcery_web.commands.set_up import setup_address
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.settings import Settings
from tests.conftest import HOME, ServiceFixture

from .conftest import Run


def test_a_set_up_link_is_made(run: Run, service_context: ServiceContext) -> None:
    output = run("setup-link").output

    found = re.fullmatch(r"http://127\.0\.0\.1:8080/setup/([\w-]{43})\n", output)
    assert found is not None
    FirstRun(service_context).check(found[1], HOME)


def test_the_link_is_at_the_address_that_was_set(service_context: ServiceContext, settings: Settings) -> None:
    elsewhere = replace(settings, host="::1", port=9000)

    assert setup_address(elsewhere, FirstRun(service_context)).startswith("http://[::1]:9000/setup/")


def test_behind_a_proxy_the_link_is_at_the_public_address(service_context: ServiceContext, settings: Settings) -> None:
    public = replace(settings, public_url="https://sip.example.org")

    assert setup_address(public, FirstRun(service_context)).startswith("https://sip.example.org/setup/")


def test_with_an_administrator_there_is_no_link(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.administrator
    result = run("setup-link")

    assert (result.exit_code, result.output) == (1, "Error: There is an administrator already.\n")
