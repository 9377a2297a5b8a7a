"""A SIP engine as the portal meets it: its control channel, and what it has put into its tables."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Integer, delete, insert, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.kamailio.tables import DIALOG, DIALOG_VARS, LOCATION, SUBSCRIBER
from tests.conftest import HOME
from tests.running import free_port

from ..portals import Portal, embedded, in_use

SIP_HOST = "192.0.2.5"
CONTROL = ("dlg.end_dlg", "ul.rm_contact")


@dataclass
class Switchboard:
    """Answers the portal as Kamailio does, and notes what it is told to do; `is_away`: it does not answer."""

    port: int = field(default_factory=free_port)
    is_away: bool = False
    told: list[tuple[str, list[Any]]] = field(default_factory=list)
    tables: dict[tuple[str, str], str] = field(default_factory=dict)
    """The values of its hash tables, by table and key."""

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a method."""
        method, parameters = question["method"], question["params"]
        if method in CONTROL:
            self.told.append((method, parameters))
        known = {
            "core.version": "kamailio 5.6.3 (x86_64/linux)",
            "core.tcp_info": {"opened_connections": 1},
            "pv.shvGet": {"name": "control", "type": "string", "value": "0:1"},
        }
        result = known.get(method, {})
        if method == "htable.setxs":
            self.tables[parameters[0], parameters[1]] = parameters[2]
        if method == "htable.get":
            if (parameters[0], parameters[1]) not in self.tables:
                error = {"code": 500, "message": "Key name doesn't exist in htable."}
                return {"jsonrpc": "2.0", "error": error, "id": question["id"]}
            result = {"item": {"name": parameters[1], "value": self.tables[parameters[0], parameters[1]]}}
        return {"jsonrpc": "2.0", "result": result, "id": question["id"]}

    @contextmanager
    def at_work(self) -> Iterator["Switchboard"]:
        """Serve for as long as this lasts."""
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = b"" if board.is_away else json.dumps(board.answer(question)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                return None

        with ThreadingHTTPServer((HOME, self.port), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@contextmanager
def portal_with_engine(folder: Path, domain: str, **settings: str) -> Iterator[tuple[Portal, Switchboard]]:
    """A portal whose engine is the switchboard; phones would find it at SIP_HOST."""
    with Switchboard().at_work() as board:
        named = {
            "sip_host": SIP_HOST,
            "sip_rpc_port": str(board.port),
            "sip_third_party_port": str(free_port()),
            "new_accounts": "open",
        }
        with in_use(lambda: embedded(folder, domain, **(named | settings))) as portal:
            yield portal, board


def register(portal: Portal, account: SIPAccount, user_agent: str = "Yealink SIP-T48U") -> None:
    """A phone of the account, as the engine stores it that knows the account."""
    now = datetime.now(UTC)
    with portal.database.write() as session:
        _let_know(session, account)
        session.execute(
            insert(LOCATION).values(
                ruid=uuid4().hex,
                username=account.sip_username,
                domain=account.sip_domain,
                contact=f"sip:{account.sip_username}@192.168.1.20:5060",
                received="sip:203.0.113.41:5061",
                user_agent=user_agent,
                socket=f"udp:{SIP_HOST}:5060",
                q=-1.0,
                last_modified=now - timedelta(minutes=9),
                expires=now + timedelta(minutes=51),
            )
        )


def _let_know(session: Session, account: SIPAccount) -> None:
    """Let the engine know an account that was made beside the portal's process, which mirrors the others."""
    named = {"username": account.sip_username, "domain": account.sip_domain}
    if session.execute(select(SUBSCRIBER.c.owner).filter_by(**named)).first() is None:
        columns = [column for column in SUBSCRIBER.columns if not column.primary_key]
        usual = {column.name: 0 if isinstance(column.type, Integer) else "" for column in columns}
        own = {"account_id": str(account.id), "owner": account.owner}
        session.execute(insert(SUBSCRIBER).values(usual | named | own))


def forget_phones(portal: Portal) -> None:
    """Forget all phones when told to forget the only one."""
    with portal.database.write() as session:
        session.execute(delete(LOCATION))


def talk(portal: Portal, owner: str, caller: str, callee: str) -> tuple[int, int]:
    """A call between two accounts of a customer, by the two numbers that the engine knows it by."""
    numbers = (uuid4().int % 4096, uuid4().int % 100_000)
    uris = {"from_uri": f"sip:{caller}@{portal.domain}", "to_uri": f"sip:{callee}@{portal.domain}"}
    facts = {"caller_owner": owner, "callee_owner": owner, "dst_uri": uris["to_uri"]}
    with portal.database.write() as session:
        session.execute(
            insert(DIALOG).values(
                hash_entry=numbers[0],
                hash_id=numbers[1],
                callid="3c26700c57f1-nduxozlz9q2m@203.0.113.41",
                from_tag="as58f4201b",
                to_tag="gssrdr6q",
                caller_cseq="1",
                callee_cseq="1",
                caller_contact="sip:a@203.0.113.41:5061",
                callee_contact="sip:b@203.0.113.41:5062",
                caller_sock=f"udp:{SIP_HOST}:5060",
                callee_sock=f"udp:{SIP_HOST}:5060",
                req_uri=uris["to_uri"],
                state=4,
                start_time=datetime.now(UTC) - timedelta(seconds=84),
                **uris,
            )
        )
        session.execute(
            insert(DIALOG_VARS).values(
                hash_entry=numbers[0], hash_id=numbers[1], dialog_key="invite", dialog_value=json.dumps(facts)
            )
        )
    return numbers
