"""NAPTR records of names."""

from sipsorcery_web.network.naptr import Rule, rules_of
from tests.name_server import NameServer, name_server

__all__ = ["name_server"]

NAME = "sip.northline.example"


def test_what_a_name_lists_is_read(name_server: NameServer) -> None:
    name_server.knows(
        NAME, "NAPTR", f'10 20 "s" "SIP+D2U" "" _sip._udp.{NAME}.', '5 1 "u" "E2U+sip" "!^.*$!sip:a@b!" .'
    )

    first, second = sorted(rules_of(NAME, 5.0))

    assert vars(first) == vars(Rule(5, 1, "u", "E2U+sip", "!^.*$!sip:a@b!", ""))
    assert vars(second) == vars(Rule(10, 20, "s", "SIP+D2U", "", f"_sip._udp.{NAME}"))


def test_a_name_that_lists_nothing_has_no_rules(name_server: NameServer) -> None:
    assert rules_of(NAME, 5.0) == []
