"""The addresses of the portal, and what is asked at each."""

import re
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

from sipsorcery_web.contract.extensions import Invite

from .app_harness import AppHarness

ROUTES = {
    "/": "GET",
    "/about": "GET",
    "/account": "GET POST",
    "/account/delete": "GET POST",
    "/admin/customers": "GET",
    "/admin/customers.<any(csv, json):form>": "GET",
    "/admin/customers/<uuid:customer_id>": "GET POST",
    "/admin/customers/<uuid:customer_id>/delete": "GET POST",
    "/admin/customers/<uuid:customer_id>/password": "GET POST",
    "/admin/customers/<uuid:customer_id>/resume": "POST",
    "/admin/customers/<uuid:customer_id>/suspend": "GET POST",
    "/admin/invites": "GET",
    "/admin/invites.<any(csv, json):form>": "GET",
    "/admin/invites/<uuid:invite_id>/delete": "GET POST",
    "/admin/invites/add": "GET POST",
    "/account/email-address/send-link": "POST",
    "/account/email-address/withdraw": "POST",
    "/account/password": "GET POST",
    "/appearance": "POST",
    "/assets/<file>": "GET",
    "/calls": "GET",
    "/calls.<any(csv, json):form>": "GET",
    "/calls/<uuid:leg_id>/hang-up": "POST",
    "/calls/made/<uuid:call_id>": "GET",
    "/calls/made/<uuid:call_id>/end": "POST",
    "/calls/made/new": "GET POST",
    "/cdrs": "GET",
    "/cdrs.<any(csv, json):form>": "GET",
    "/cdrs/<uuid:cdr_id>": "GET",
    "/console": "GET",
    "/console/ladder": "GET",
    "/console/ladder.pcap": "GET",
    "/console/ladder.txt": "GET",
    "/console/ladder/share": "POST",
    "/console/lines": "GET",
    "/console/lines.txt": "GET",
    "/cdrs/<uuid:cdr_id>/ladder": "GET",
    "/cdrs/<uuid:cdr_id>/ladder.pcap": "GET",
    "/cdrs/<uuid:cdr_id>/ladder.txt": "GET",
    "/cdrs/<uuid:cdr_id>/ladder/share": "POST",
    "/ladder-links": "GET",
    "/ladder-links/<uuid:link_id>/end": "POST",
    "/developers": "GET",
    "/dial-plans": "GET",
    "/dial-plans.<any(csv, json):form>": "GET",
    "/dial-plans/<uuid:plan_id>": "GET POST",
    "/dial-plans/<uuid:plan_id>/delete": "GET POST",
    "/dial-plans/<uuid:plan_id>/cases": "GET",
    "/dial-plans/<uuid:plan_id>/cases/<uuid:case_id>/accept": "POST",
    "/dial-plans/<uuid:plan_id>/cases/<uuid:case_id>/delete": "POST",
    "/dial-plans/<uuid:plan_id>/cases/add": "POST",
    "/dial-plans/<uuid:plan_id>/cases/run": "POST",
    "/dial-plans/<uuid:plan_id>/rules/try": "POST",
    "/dial-plans/<uuid:plan_id>/try": "GET POST",
    "/dial-plans/<uuid:plan_id>/try/edit": "POST",
    "/dial-plans/<uuid:plan_id>/rules": "GET POST",
    "/dial-plans/<uuid:plan_id>/versions": "GET",
    "/dial-plans/<uuid:plan_id>/versions/<int:number>": "GET",
    "/dial-plans/<uuid:plan_id>/versions/<int:number>/restore": "POST",
    "/dial-plans/add": "GET POST",
    "/dial-plans/why": "GET",
    "/dial-plans/for-call/<uuid:cdr_id>": "GET",
    "/dial-plans/add/rules": "GET POST",
    "/healthz": "GET",
    "/help": "GET",
    "/help/keyboard": "POST",
    "/invite": "POST",
    "/login": "GET POST",
    "/login/code": "GET POST",
    "/login/passkey": "GET POST",
    "/login/passkey/options": "GET",
    "/login/recovery-code": "GET POST",
    "/login/with-passkey": "POST",
    "/login/with-passkey/options": "GET",
    "/logout": "POST",
    "/notificationspull.svc": "GET POST",
    "/oauth/authorize": "GET POST",
    "/oauth/device": "GET POST",
    "/provider-registrations": "GET",
    "/provider-registrations.<any(csv, json):form>": "GET",
    "/provider-registrations/<uuid:provider_id>/register": "POST",
    "/providers": "GET",
    "/providers.<any(csv, json):form>": "GET",
    "/providers/<uuid:provider_id>": "GET POST",
    "/providers/<uuid:provider_id>/delete": "GET POST",
    "/providers/<uuid:provider_id>/password": "POST",
    "/providers/add": "GET POST",
    "/provisioning.svc": "GET POST",
    "/readyz": "GET",
    "/register": "GET POST",
    "/registrations": "GET",
    "/registrations.<any(csv, json):form>": "GET",
    "/registrations/<uuid:binding_id>/remove": "POST",
    "/security": "GET",
    "/security/changes": "GET",
    "/security/changes.<any(csv, json):form>": "GET",
    "/security/consents": "GET",
    "/security/consents/<uuid:consent_id>/end": "GET POST",
    "/security/networks": "GET",
    "/security/networks.<any(csv, json):form>": "GET",
    "/security/networks/<uuid:seen_id>/accept": "POST",
    "/security/passkeys": "GET POST",
    "/security/passkeys/<uuid:passkey_id>/remove": "GET POST",
    "/security/passkeys/options": "GET",
    "/security/programs": "GET POST",
    "/security/programs/<uuid:program_id>/delete": "GET POST",
    "/security/programs/<uuid:program_id>/secret": "GET POST",
    "/security/proof/options": "GET",
    "/security/recovery-codes": "GET POST",
    "/security/sessions": "GET",
    "/security/sessions/<uuid:session_id>/end": "POST",
    "/security/sessions/end-others": "POST",
    "/security/sign-ins": "GET",
    "/security/sign-ins.<any(csv, json):form>": "GET",
    "/security/tokens": "GET POST",
    "/security/tokens/<uuid:token_id>/delete": "GET POST",
    "/security/totp": "GET POST",
    "/security/totp/remove": "GET POST",
    "/security/webhooks": "GET POST",
    "/security/webhooks/<uuid:webhook_id>": "GET",
    "/security/webhooks/<uuid:webhook_id>/delete": "GET POST",
    "/security/webhooks/<uuid:webhook_id>/edit": "GET POST",
    "/security/webhooks/<uuid:webhook_id>/messages/<uuid:message_id>/replay": "POST",
    "/security/webhooks/<uuid:webhook_id>/secret": "GET POST",
    "/security/webhooks/<uuid:webhook_id>/test": "POST",
    "/session/extend": "POST",
    "/setup/<secret>": "GET POST",
    "/shared/<token>": "GET",
    "/sip-accounts": "GET",
    "/sip-accounts.<any(csv, json):form>": "GET",
    "/sip-accounts/<uuid:account_id>": "GET POST",
    "/sip-accounts/<uuid:account_id>/delete": "GET POST",
    "/sip-accounts/<uuid:account_id>/password": "POST",
    "/sip-accounts/<uuid:account_id>/phone": "GET POST",
    "/sip-accounts/add": "GET POST",
    "/undo": "POST",
}
OPEN = {
    "/": "GET",
    "/about": "GET",
    "/appearance": "POST",
    "/assets/<file>": "GET",
    "/developers": "GET",
    "/healthz": "GET",
    "/help": "GET",
    "/invite": "POST",
    "/login": "GET POST",
    "/login/code": "GET POST",
    "/login/passkey": "GET POST",
    "/login/passkey/options": "GET",
    "/login/recovery-code": "GET POST",
    "/login/with-passkey": "POST",
    "/login/with-passkey/options": "GET",
    "/logout": "POST",
    "/notificationspull.svc": "GET POST",
    "/provisioning.svc": "GET POST",
    "/readyz": "GET",
    "/register": "GET POST",
    "/setup/<secret>": "GET POST",
    "/shared/<token>": "GET",
}
"""What can be asked without a session; each looks after its callers itself."""

ENDPOINTS = ("/notificationspull.svc", "/provisioning.svc")
"""What programs ask, whose messages have the token in them."""

OF_THE_ENGINE = [
    ("/calls/<uuid:leg_id>/hang-up", "POST"),
    ("/calls/made/<uuid:call_id>", "GET"),
    ("/calls/made/<uuid:call_id>/end", "POST"),
    ("/calls/made/new", "GET"),
    ("/calls/made/new", "POST"),
    ("/console", "GET"),
    ("/console/ladder", "GET"),
    ("/console/ladder.pcap", "GET"),
    ("/console/ladder.txt", "GET"),
    ("/console/ladder/share", "POST"),
    ("/console/lines", "GET"),
    ("/console/lines.txt", "GET"),
    ("/provider-registrations/<uuid:provider_id>/register", "POST"),
    ("/registrations/<uuid:binding_id>/remove", "POST"),
    ("/security/networks", "GET"),
    ("/security/networks.<any(csv, json):form>", "GET"),
    ("/security/networks/<uuid:seen_id>/accept", "POST"),
    ("/sip-accounts/<uuid:account_id>/phone", "GET"),
    ("/sip-accounts/<uuid:account_id>/phone", "POST"),
]
"""What is there with a SIP engine only."""

OF_THE_BUILT_IN = (
    "/admin/",
    "/oauth/",
    "/security/changes",
    "/security/consents",
    "/security/networks",
    "/security/programs",
    "/security/sign-ins",
    "/security/tokens",
    "/security/webhooks",
)
"""What is there with the built-in service only."""

SOMEWHERE = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"


def methods_of(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def routes_of(app: Flask) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, set()).update(methods_of(rule))
    return {address: " ".join(sorted(methods)) for address, methods in found.items()}


def closed_routes() -> list[tuple[str, str]]:
    asked = {(address, method) for address, methods in ROUTES.items() for method in methods.split()}
    return sorted(asked - {(address, method) for address, methods in OPEN.items() for method in methods.split()})


def filled_in(address: str, **ids: object) -> str:
    """An address with these ids for the ones that it names, else with one that nobody has."""
    filled = re.sub(r"<uuid:(\w+)>", lambda named: str(ids.get(named[1], SOMEWHERE)), address)
    return filled.replace("<any(csv, json):form>", "csv").replace("<int:number>", "1")


def things_of_alice(harness: AppHarness) -> dict[str, UUID]:
    """The ids of alice's records, one of each kind, by their names in addresses."""
    things = harness.one_of_each("alice", network_id="5th-floor") | {"passkey_id": harness.passkey("alice")}
    alice = harness.customer("alice")
    assert alice is not None
    things["customer_id"] = alice.id
    things["invite_id"] = harness.service_fixture.administrator.add_invites(Invite(note="night shift"), 1)[0].id
    return things
