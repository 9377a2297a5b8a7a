"""List, make, change and delete SIP accounts, and read call records, in JSON. Needs requests: pip install requests

SIPSORCERY_TOKEN=sips_... python accounts.py https://sip.example.org/api/v1

The token needs the scopes accounts:read, accounts:write and calls:read.
"""

import os
import secrets
import sys
import uuid
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

import requests


class Problem(Exception):
    """An error as the service tells it (RFC 9457)."""

    def __init__(self, told: dict) -> None:
        super().__init__(told["detail"])
        self.status = told["status"]
        self.rule = told.get("rule", "")
        self.field = told.get("field", "")


class Api:
    def __init__(self, address: str, token: str) -> None:
        self.address = f"{address}/"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **more) -> requests.Response:
        answer = self.session.request(method, urljoin(self.address, path), timeout=30, **more)
        if answer.headers.get("Content-Type") == "application/problem+json":
            raise Problem(answer.json())
        answer.raise_for_status()
        return answer

    def records(self, path: str) -> Iterator[dict]:
        """All records of a list, page by page."""
        while path:
            page = self.ask("GET", path)
            yield from page.json()["items"]
            path = page.links.get("next", {}).get("url", "")


def delete_as_read(api: Api, path: str, tag: str) -> None:
    """Delete a record as it was read; if it has changed since, read it again first."""
    try:
        api.ask("DELETE", path, headers={"If-Match": tag})
    except Problem as problem:
        if problem.status != 412:
            raise
        print("It has changed since it was read.")
        delete_as_read(api, path, api.ask("GET", path).headers["ETag"])


def main(address: str, token: str) -> None:
    api = Api(address, token)
    for account in api.records("sip-accounts"):
        print(f"{account['sip_username']}@{account['sip_domain']}")

    domain = next(api.records("domains"))["domain"]
    account = {"sip_username": "sample-desk", "sip_domain": domain, "sip_password": secrets.token_hex(7)}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = api.ask("POST", "sip-accounts", json=account, headers=key)
    again = api.ask("POST", "sip-accounts", json=account, headers=key)  # as after an answer that was lost
    print("Made once." if again.json()["id"] == made.json()["id"] else "Made twice.")

    path, tag = made.headers["Location"], made.headers["ETag"]
    changed = api.ask("PATCH", path, json={"is_incoming_only": True}, headers={"If-Match": tag})
    print(f"Takes calls only: {str(changed.json()['is_incoming_only']).lower()}")
    delete_as_read(api, path, tag)

    for record in islice(api.records("cdrs?limit=3"), 3):
        print(f"{record['from_user']} called {record['dst']}, {record['duration']} s")
    api.ask("POST", "sip-accounts", json=account | {"sip_username": "a"})


if __name__ == "__main__":
    try:
        main(sys.argv[1], os.environ["SIPSORCERY_TOKEN"])
    except Problem as problem:
        sys.exit(f"{problem.field or problem.status}: {problem} ({problem.rule or 'no rule'})")
    except requests.RequestException as error:
        sys.exit(str(error))
