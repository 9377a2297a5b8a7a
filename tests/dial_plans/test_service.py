"""The plan service: another process, which may be killed at any time."""

import os
import shutil
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.outcomes import Dialling, Ended
from sipsorcery_web.dial_plans.ruby.image import ImageFile
from sipsorcery_web.dial_plans.service import client
from sipsorcery_web.dial_plans.service.admission import AT_ONCE_OF_ONE, Admission, Overloaded
from sipsorcery_web.dial_plans.service.client import (
    PlanService,
    PlanServiceNotReady,
    PlanServiceTooSlow,
    PlanServiceUnavailable,
    WorldFailed,
)
from sipsorcery_web.dial_plans.service.messages import SOCKET_NAME, Gone, listening, receive, send, socket_address
from sipsorcery_web.dial_plans.service.turns import Lane, Processor
from tests.dial_plans.runs import failed
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan

PATIENCE = 10.0

SCRIPT = """
    sys.Log "#{Time.now.to_f} #{rand} #{sys.DBRead('k').inspect}"
    sys.DBWrite "k", req.URI.User
    sys.Dial "#{req.URI.User}@blueline"
    sys.Log "behind #{rand} #{sys.LastFailureStatus}"
    sys.Respond 486, "no"
"""


def execution(script: str, user: str = "100", owner: str = "alice") -> Execution:
    return Execution(plan(script, owner=owner), call(user), NOW)


@pytest.fixture(scope="module")
def service(image: ImageFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanService]:
    """A plan service with the image of the tests, signed with its key."""
    found = PlanService(tmp_path_factory.mktemp("plans"), b"the key of this installation")
    own = ImageFile(found.supervisor.folder, found.supervisor.key)
    shutil.copy2(image.path, own.path)
    own.sign()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def ready(service: PlanService) -> None:
    while not service.is_ready():
        pass


def test_a_plan_runs_in_another_process(service: PlanService) -> None:
    world, asked = FakeWorld(), execution(SCRIPT)
    progress = service.run(asked, world)
    assert isinstance(progress.outcome, Dialling)
    assert progress.outcome.groups[0][0].uri == "sip:100@sip.blueline.example"
    assert world.happened == [("write", "k", "100")]
    asked.dial_ended(failed())
    done = service.run(Execution.from_json(asked.to_json()), world)
    assert done.outcome == Ended(code=486, reason="no")
    assert done.log[0] == progress.log[0]
    assert world.happened == [("write", "k", "100")], "an effect happens once"


def test_killed_in_the_middle_of_a_hundred_executions_all_go_on_in_the_next_one(service: PlanService) -> None:
    worlds = [FakeWorld() for _ in range(100)]
    asked = [execution(SCRIPT, str(number), f"customer{number % 25}") for number in range(100)]
    first = service.supervisor.process_id
    assert first is not None
    began = threading.Barrier(2)

    def kill() -> None:
        began.wait()
        os.kill(first, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()

    def run(number: int) -> tuple[object, tuple[str, ...]]:
        if number == 30:
            began.wait()
        progress = service.run(asked[number], worlds[number])
        return progress.outcome, progress.log

    with ThreadPoolExecutor(10) as pool:
        before = list(pool.map(run, range(100)))
    killer.join()
    assert service.supervisor.process_id not in (None, first)
    for number, (outcome, log) in enumerate(before):
        assert isinstance(outcome, Dialling)
        assert worlds[number].happened == [("write", "k", str(number))]
        asked[number].dial_ended(failed())
        done = service.run(asked[number], worlds[number])
        assert done.outcome == Ended(code=486, reason="no")
        assert done.log[0] == log[0]


class BrokenWorld(FakeWorld):
    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        super().send_mail(to, subject, body)
        raise ConnectionResetError("the mail server hung up")


def test_a_world_that_fails_is_not_asked_again(service: PlanService) -> None:
    world = BrokenWorld()
    mail = Execution(plan("sys.Email 'a@example.org', 's', 'b'", authorised_apps="email"), call(), NOW)
    with pytest.raises(WorldFailed, match="send_mail"):
        service.run(mail, world)
    assert len(world.happened) == 1


def test_a_script_is_checked_by_ruby(service: PlanService) -> None:
    assert service.check("sys.Dial 'x'", "alice").line is None
    assert service.check("x = (\n", "alice").line is not None


def test_a_check_waits_for_no_service_that_does_not_run_and_starts_one_if_it_is_to(
    service: PlanService, tmp_path: Path
) -> None:
    assert service.check_now("if", "alice", starts=False).line == 1
    other = PlanService(tmp_path, b"another key")
    with pytest.raises(PlanServiceUnavailable):
        other.check_now("if", "alice", starts=False)
    assert not list(tmp_path.iterdir())
    with pytest.raises(PlanServiceUnavailable):
        other.check_now("if", "alice", starts=True)
    assert (tmp_path / "lock").exists()
    other.stop()


def test_the_socket_is_its_owner_s_and_wants_the_secret(service: PlanService) -> None:
    path = service.supervisor.folder / SOCKET_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for words in ({"ask": "state"}, {"ask": "state", "secret": "wrong"}):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(path))
            send(stranger, words)
            with pytest.raises((Gone, ConnectionError)):
                receive(stranger)


def test_the_secret_is_in_no_list_of_processes_and_no_environment(service: PlanService) -> None:
    process = Path(f"/proc/{service.supervisor.process_id}")
    seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert service.supervisor.secret.encode() not in seen
    assert service.supervisor.key.hex().encode() not in seen


def test_a_second_client_of_the_same_key_asks_the_same_service(service: PlanService) -> None:
    second = PlanService(service.supervisor.folder, b"the key of this installation")
    assert isinstance(second.run(execution(SCRIPT), FakeWorld()).outcome, Dialling)
    assert second.supervisor.process_id is None


def test_lines_need_no_service(tmp_path: Path) -> None:
    alone = PlanService(tmp_path, b"key")
    lines = Execution(plan("exten => 100,1,SIPReply(486,no)", is_ruby=False), call(), NOW)
    assert alone.run(lines, FakeWorld()).outcome == Ended(code=486, reason="no")
    assert list(tmp_path.iterdir()) == []


def test_one_customer_has_five_places_and_the_last_fifteen_are_for_those_who_have_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sipsorcery_web.dial_plans.service.admission.LONGEST_WAIT", 0.0)
    admission = Admission()
    places = [admission.place("alice") for _ in range(AT_ONCE_OF_ONE)]
    for each in places:
        each.__enter__()
    with pytest.raises(Overloaded), admission.place("alice"):
        pass
    crowd = [admission.place(f"customer{number % 20}") for number in range(30)]
    for each in crowd:
        each.__enter__()
    with pytest.raises(Overloaded), admission.place("customer1"):
        pass
    with admission.place("bob"):
        assert admission.count == 36


def test_a_place_that_becomes_free_is_given_to_the_first_who_waits_and_may_have_it() -> None:
    admission = Admission()
    came: SimpleQueue[str] = SimpleQueue()

    def run(owner: str) -> None:
        with admission.place(owner):
            came.put(owner)
            is_over.wait(PATIENCE)

    is_over = threading.Event()
    places = [admission.place("alice") for _ in range(AT_ONCE_OF_ONE)]
    for each in places:
        each.__enter__()
    threads = []
    for owner in ("alice", "bob"):
        threads.append(threading.Thread(target=run, args=(owner,)))
        threads[-1].start()
    assert came.get(timeout=PATIENCE) == "bob"
    assert came.empty()
    places[0].__exit__(None, None, None)
    assert came.get(timeout=PATIENCE) == "alice"
    is_over.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert admission.count == AT_ONCE_OF_ONE - 1


def test_who_has_computed_least_is_next() -> None:
    lane, order = Lane(1, 0.0), []
    lane.take(0)
    waiting = []
    for spent in (0.3, 0.1, 0.2):

        def wait(spent: float = spent) -> None:
            lane.take(spent)
            order.append(spent)
            lane.give()

        thread = threading.Thread(target=wait)
        thread.start()
        waiting.append(thread)
        while len(lane._waiting) < len(waiting):
            pass
    assert lane.is_wanted(0.15)
    assert not lane.is_wanted(0.05)
    lane.give()
    for thread in waiting:
        thread.join()
    assert order == [0.1, 0.2, 0.3]


def test_long_scripts_stop_while_short_ones_compute() -> None:
    lane, order = Lane(2, 0.004), list[str]()
    lane.wait_until_idle(10.0)
    lane.take(0.0)
    waiting, went_on = threading.Event(), threading.Event()

    def long() -> None:
        waiting.set()
        lane.wait_until_idle(60.0)
        order.append("long")
        went_on.set()

    threading.Thread(target=long, daemon=True).start()
    waiting.wait()
    order.append("short")
    lane.give()
    assert went_on.wait(60.0)
    assert order == ["short", "long"]


def test_scripts_of_a_customer_who_had_a_preempted_one_begin_behind_those_of_others() -> None:
    processor = Processor(2)
    assert processor.first_lane("alice") is processor.short
    processor.note_preempted("alice")
    assert processor.first_lane("alice") is processor.middle
    assert processor.first_lane("bob") is processor.short


def test_without_an_image_it_says_so_and_builds_one_until_it_ends(tmp_path: Path) -> None:
    fresh = PlanService(tmp_path / "plans", b"key")
    try:
        with pytest.raises(PlanServiceNotReady, match="being prepared"):
            fresh.run(execution(SCRIPT), FakeWorld())
        while not builders_in(tmp_path):
            pass
    finally:
        fresh.stop()
    while builders_in(tmp_path):
        pass


def builders_in(folder: Path) -> list[bytes]:
    """Processes that build an image in a folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(each.read_bytes())
    return [line for line in found if str(folder).encode() in line and b"\0build\0" in line]


def test_nobody_waits_long_for_a_service_that_hangs(service: PlanService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LOOKS_AFTER", 0.2)
    monkeypatch.setattr(client, "SAYS_SO_WITHIN", 0.2)
    process = service.supervisor.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(PlanServiceUnavailable, match="hangs"):
            service.run(execution(SCRIPT), FakeWorld())
    finally:
        os.kill(process, signal.SIGCONT)
    assert isinstance(service.run(execution(SCRIPT), FakeWorld()).outcome, Dialling)


def test_nobody_waits_longer_for_a_plan_than_is_to_be_borne(
    service: PlanService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LOOKS_AFTER", 0.1)
    with pytest.raises(PlanServiceTooSlow, match="too much to do"):
        service.run(execution("loop { }"), FakeWorld(), patience=0.5)


def test_endless_scripts_do_not_keep_others_out(service: PlanService) -> None:
    runaways = [execution("loop { }", owner=f"runaway{number % 5}") for number in range(10)]
    first = service.supervisor.process_id
    assert first is not None

    def run_away(each: Execution) -> None:
        with suppress(PlanServiceUnavailable):
            service.run(each, FakeWorld())

    threads = [threading.Thread(target=run_away, args=(each,), daemon=True) for each in runaways]
    for thread in threads:
        thread.start()
    outcomes = [service.run(execution(SCRIPT, str(n), f"other{n}"), FakeWorld()).outcome for n in range(10)]
    assert all(isinstance(outcome, Dialling) for outcome in outcomes)


def test_a_folder_with_a_long_path_has_a_socket_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 100) / ("b" * 100)
    folder.mkdir(parents=True)
    with listening(folder) as listener, socket.socket(socket.AF_UNIX) as caller:
        with socket_address(folder) as address:
            caller.connect(address)
        send(caller, {"ask": "state"})
        taken, _ = listener.accept()
        with taken:
            assert receive(taken) == {"ask": "state"}
