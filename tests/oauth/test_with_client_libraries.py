"""Programs as others write them, with public client libraries, against a portal that is served over loopback."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import DeviceClient
from requests_oauthlib import OAuth2Session

from sipsorcery_web import create_app
from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.oauth import programs
from sipsorcery_web.oauth.work import writing
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.running import portal_at_work

from .listener import Listener, listener

__all__ = ["listener"]

PATIENCE = 30
SCOPES = ["accounts:read", "calls:read"]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Any:
    """A portal with alice and bob, not served yet, and its settings."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("oauth"))
    app = create_app(settings, passwords=passwords)
    for username in ("alice", "bobby"):
        Operators(app.extensions["service"].context).create_customer(person(username), administrator=False)
    return app, settings


@pytest.fixture(scope="module")
def portal(application: Any) -> Iterator[str]:
    """The address of the portal."""
    with portal_at_work(*application) as address:
        yield address


@pytest.fixture
def allow_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let oauthlib speak plain http, which it does not know that loopback may have."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def registered(application: Any, **more: Any) -> Program:
    """A program of bob's."""
    facts = {"redirect_addresses": (f"http://{HOME}/back",), "takes_device_codes": True, **more}
    with writing(application[0].extensions["service"].context, HOME) as work:
        work.session.execute(programs.ProgramRow.__table__.delete())  # type: ignore[attr-defined]
        return programs.add(work, Program(id=ZERO_ID, name="Reception desk", owner="bobby", **facts))


class Alice:
    """Alice in a browser."""

    def __init__(self, portal: str) -> None:
        self.portal = portal
        self.browser = requests.Session()
        self.send("/login", username="alice", password=PASSWORD)

    def send(self, path: str, **fields: str) -> requests.Response:
        """Open a page and send its form."""
        address = path if path.startswith("http") else self.portal + path
        page = self.browser.get(address, timeout=PATIENCE)
        (token, *_) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        return self.browser.post(page.url, {"csrf_token": token, **fields}, timeout=PATIENCE)


@pytest.fixture
def alice(portal: str) -> Alice:
    return Alice(portal)


def accounts_over_soap(portal: str, token: str) -> int:
    channel = SoapChannel(f"{portal}/provisioning.svc", PATIENCE)
    return ProvisioningClient(channel, ClientIdentity(token)).sip_accounts.count()


@pytest.mark.usefixtures("allow_loopback")
@pytest.mark.parametrize("is_confidential", [False, True])
def test_a_program_with_oauthlib(
    portal: str, application: Any, alice: Alice, listener: Listener, is_confidential: bool
) -> None:
    program = registered(application, is_confidential=is_confidential)
    back = f"http://{HOME}:{listener.server_port}/back"
    session = OAuth2Session(str(program.id), redirect_uri=back, scope=SCOPES, pkce="S256")
    address, state = session.authorization_url(f"{portal}/oauth/authorize")

    assert alice.send(address, decision="allow").text == "Back in the program."
    assert f"state={state}" in listener.came_back
    secret = {"client_secret": program.secret} if program.secret else {"include_client_id": True}
    token = session.fetch_token(
        f"{portal}/oauth/token", authorization_response=f"http://{HOME}{listener.came_back}", timeout=PATIENCE, **secret
    )

    assert session.get(f"{portal}/api/v1/sip-accounts", timeout=PATIENCE).json()["items"][0]["owner"] == "alice"
    assert session.get(f"{portal}/api/v1/dial-plans", timeout=PATIENCE).status_code == 403
    assert accounts_over_soap(portal, token["access_token"]) == 1
    proof = {"client_id": str(program.id)} | ({"client_secret": program.secret} if program.secret else {})
    newer = session.refresh_token(f"{portal}/oauth/token", timeout=PATIENCE, **proof)
    assert newer["access_token"] != token["access_token"]
    assert session.get(f"{portal}/api/v1/sip-accounts", timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize("is_confidential", [False, True])
def test_a_program_with_authlib_finds_all_by_the_description(
    portal: str, application: Any, alice: Alice, listener: Listener, is_confidential: bool
) -> None:
    program = registered(application, is_confidential=is_confidential)
    told = requests.get(f"{portal}/.well-known/oauth-authorization-server", timeout=PATIENCE).json()
    session = AuthlibSession(
        str(program.id),
        program.secret,
        scope=" ".join(SCOPES),
        redirect_uri=f"http://{HOME}:{listener.server_port}/back",
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if program.secret else "none",
    )
    verifier = "v" * 64
    address, _ = session.create_authorization_url(told["authorization_endpoint"], code_verifier=verifier)

    assert alice.send(address, decision="allow").text == "Back in the program."
    token = session.fetch_token(
        told["token_endpoint"], authorization_response=f"http://{HOME}{listener.came_back}", code_verifier=verifier
    )

    assert session.get(f"{portal}/api/v1/sip-accounts").json()["items"][0]["owner"] == "alice"
    if program.secret:
        said = session.introspect_token(told["introspection_endpoint"], token=token["access_token"]).json()
        assert (said["active"], said["username"]) == (True, "alice")
    session.refresh_token(told["token_endpoint"], refresh_token=token["refresh_token"])
    assert session.revoke_token(told["revocation_endpoint"], token=session.token["refresh_token"]).status_code == 200
    assert session.get(f"{portal}/api/v1/sip-accounts").status_code == 401


def test_a_command_line_with_oauthlib_waits_for_its_code(portal: str, application: Any, alice: Alice) -> None:
    program = registered(application)
    client = DeviceClient(str(program.id))
    asked = {"client_id": str(program.id), "scope": " ".join(SCOPES)}
    told = requests.post(f"{portal}/oauth/device-authorization", asked, timeout=PATIENCE).json()

    def poll() -> requests.Response:
        body = client.prepare_request_body(told["device_code"], include_client_id=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return requests.post(f"{portal}/oauth/token", body, headers=headers, timeout=PATIENCE)

    assert poll().json()["error"] == "authorization_pending"
    assert poll().json()["error"] == "slow_down"
    page = alice.send(told["verification_uri"], user_code=told["user_code"])
    assert "May Reception desk act for you?" in page.text
    done = alice.send(told["verification_uri"], user_code=told["user_code"], decision="allow")
    assert "Reception desk may act for you" in done.text
    assert accounts_over_soap(portal, poll().json()["access_token"]) == 1
