"""Calls that are asked for on a page, between telephones that people use; their sound is counted."""

import pytest

from sipsorcery_web.calls.third_party.assembly import desk_of

from .harness import KamailioHarness, eventually
from .test_baresip import baresip, hears_something
from .test_softphones import linphone, pjsua
from .two_phones import order


def test_real_telephones_hear_each_other(harness: KamailioHarness) -> None:
    account, his = harness.account("alice", "tel-hers"), harness.account("bobby", "tel-his")
    with baresip(harness, account, more=";answermode=auto") as folder, pjsua(harness, his) as answering:
        eventually(lambda: harness.bindings_of(account) and harness.bindings_of(his))
        desk = desk_of(harness.settings)
        call = desk.place(order("tel"))

        eventually(lambda: answering.has_said("hears"))
        eventually(lambda: hears_something(folder))
        assert desk.end(call, "alice")
        eventually(lambda: answering.has_said("call DISCONNECTED 200"))
        eventually(lambda: b"session closed" in (folder / "log").read_bytes())


def test_they_do_when_they_change_places(harness: KamailioHarness) -> None:
    account, his = harness.account("alice", "places-hers"), harness.account("bobby", "places-his")
    with baresip(harness, his, more=";answermode=auto") as folder, pjsua(harness, account) as answering:
        eventually(lambda: harness.bindings_of(account) and harness.bindings_of(his))
        desk = desk_of(harness.settings)
        call = desk.place(order("places"))

        eventually(lambda: answering.has_said("hears"))
        eventually(lambda: hears_something(folder))
        assert desk.end(call, "alice")


@pytest.mark.parametrize("which", ["first", "second"])
def test_linphone_is_either_party(harness: KamailioHarness, which: str) -> None:
    """Linphone shows the silence before the other one answers as a pause, and that sound goes on after it."""
    hers, his = harness.account("alice", f"lin-{which}-hers"), harness.account("bobby", f"lin-{which}-his")
    its, others = (hers, his) if which == "first" else (his, hers)
    with linphone(harness, its, "-a") as here, pjsua(harness, others) as there:
        eventually(lambda: harness.bindings_of(hers) and harness.bindings_of(his))
        desk = desk_of(harness.settings)
        call = desk.place(order(f"lin-{which}"))

        eventually(lambda: here.has_said("Media streams established"))
        eventually(lambda: there.has_said("call CONFIRMED"))
        assert desk.end(call, "alice")
        eventually(lambda: there.has_said("call DISCONNECTED 200"))
