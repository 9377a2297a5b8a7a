"""The page that says why something rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.dial_plans.rules.rule import HERE
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.lists.search import search

from ..owners_records import OwnersRecords
from ..usage import usages_of
from .lines import Kind, ReachingPlan, Target, reaching

MOST_PLANS = 200
LONGEST = 255


@dataclass(frozen=True)
class Answer:
    """The plans that reach a place. `account` is the place where it is one."""

    name: str
    kind: Kind
    plans: Sequence[ReachingPlan]
    account: SIPAccount | None = None


def why() -> Any:
    """The plans and lines that can reach what was asked for, an account, a provider or a number."""
    here = current_login()
    owner = request.args.get("owner", "") if here.is_administrator else ""
    records = OwnersRecords(owner or here.username)
    asked = request.args.get("ring", "").strip()[:LONGEST]
    answer = _answer(asked, records) if asked else None
    names = sorted({*records.usernames, *records.provider_names})
    return render_template("dial_plans/why.html", asked=asked, answer=answer, owner=owner, names=names)


def _answer(asked: str, records: OwnersRecords) -> Answer:
    name = asked.removeprefix("sip:").lower()
    user, _, domain = name.partition("@")
    account = next((each for each in records.accounts if _is(each, user, domain)), None)
    kind: Kind = "account" if account else "provider" if records.provider(asked) else "number"
    target = Target(kind, user if account else name, records.own_domains)
    plans = search(service().dial_plans, prop("Owner").equals(records.owner), MOST_PLANS)
    found = list(reaching(plans, target))
    usages = usages_of([plan for plan, _ in found])
    reached = [ReachingPlan(plan, lines, usage) for (plan, lines), usage in zip(found, usages, strict=True)]
    return Answer(asked, kind, reached, account)


def _is(account: SIPAccount, user: str, domain: str) -> bool:
    is_there = not domain or domain in (HERE, (account.sip_domain or "").lower())
    return is_there and (account.sip_username or "").lower() == user
