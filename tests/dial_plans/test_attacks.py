"""Scripts that attack: nothing of the machine, of other customers, or of the end of a call is theirs."""

import pytest

from sipsorcery_web.dial_plans.outcomes import Dialling, Ended
from sipsorcery_web.dial_plans.ruby.image import ImageError, ImageFile
from tests.dial_plans.runs import Runs, failed
from tests.dial_plans.worlds import DOMAIN, FakeWorld

EXCEPTION = Ended(code=500, reason="Dial plan exception")


@pytest.mark.parametrize(
    "attempt",
    [
        "File.read('/etc/passwd')", "File.open('x', 'w')", "Dir.entries('/')", "IO.read('/proc/self/environ')",
        "`id`", "exec('id')", "fork", "IO.popen('id')", "open('|id')",
        "Process.kill(9, 1)", "TCPSocket.new('127.0.0.1', 22)", "Socket", "File.symlink('/etc', 'x')", "Dir.mkdir('x')",
        "File.rename('a', 'b')", "File.unlink('/etc/passwd')", "IO.sysopen('/etc/passwd')", "Thread.new { 1 }.join",
        "syscall(1)", "Process.setrlimit(0, 1)", "IO.for_fd(3).read", "IO.for_fd(5, 'w').write('x')", "JS.eval('1')",
        "Etc.getpwuid", "Fiddle", "ObjectSpace.each_object(File) { |f| f.reopen('/etc/passwd') }; File.read('/etc/passwd')",
    ],
)  # fmt: skip
def test_there_is_no_machine_to_reach(runs: Runs, attempt: str) -> None:
    lines = runs.log(
        f"begin; x = ({attempt}); sys.Log 'reached ' + x.inspect; rescue Exception => e; sys.Log 'refused'; end"
    )
    assert not any(line.startswith("reached") for line in lines), lines


@pytest.mark.parametrize(
    "attempt", ["system('echo reached')", "spawn('echo reached')", "Process.spawn('echo reached')"]
)
def test_there_is_no_process_to_start(runs: Runs, attempt: str) -> None:
    assert "reached" not in runs.log(f"begin; x = {attempt}; rescue Exception; end; sys.Log $?.inspect")


def test_there_is_no_environment(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPSORCERY_SECRET_KEY", "hidden")
    assert runs.value("ENV.to_h") == "{}"
    assert runs.value("[ARGV, $0, Process.pid.class, __FILE__]")[:3] == "[[]"


def test_another_customer_s_records_are_not_given_out(runs: Runs, world: FakeWorld) -> None:
    lines = runs.log(f"""
        sys.Log sys.GetBindings("bob", "{DOMAIN}").inspect
        sys.Log DialPlan::Host.call("get_bindings", "bob", "{DOMAIN}").inspect
        sys.Log sys.GetSIPAccounts.grep(/bob/).inspect
    """)
    assert not [line for line in lines if "192.0.2.9" in line or "bob@" in line]


@pytest.mark.parametrize(
    "end", ["\\r\\nRoute: <sip:evil@192.0.2.66>", '"> <sip:evil@192.0.2.66>', "\\nVia: x", "\\0X: y", "\\u2028X: y"]
)
def test_no_argument_begins_a_header(runs: Runs, end: str) -> None:
    bad = f'"a{end}"' if '"' not in end else f"'a{end}'"
    progress = runs.start(f"""
        bad = {bad}
        sys.SetFromHeader bad, bad, bad
        sys.SetFromHeader bad, bad, "example.org"
        sys.SetCustomSIPHeader "X-A", bad
        sys.SetCustomSIPHeader bad, "x"
        sys.SetCustomSIPHeader "X-B: " + bad
        sys.SetCustomContent bad, "body"
        sys.Respond 180, bad, "X-C: " + bad
        sys.Dial bad + "@blueline[fd=" + bad + ",fu=" + bad + ",fh=" + bad + "]&1@blueline;" + bad + "&" + bad
        sys.Respond 486, bad, "X-D: " + bad
    """)
    texts = []
    if isinstance(progress.outcome, Dialling):
        dialled = progress.outcome
        texts += [
            part for leg in dialled.groups[0] for part in (leg.uri, leg.sender.name, leg.sender.user, leg.sender.host)
        ]
        assert all("<" not in text and '"' not in text for text in texts)
        assert dialled.sender is not None
        assert not set('<>"') & set(dialled.sender.name + dialled.sender.user + dialled.sender.host)
        texts += [value for header in dialled.headers for value in header]
        progress = runs.after(failed())
    assert isinstance(progress.outcome, Ended)
    texts += [progress.outcome.reason, *(value for header in progress.outcome.headers for value in header)]
    texts += [str(value) for event in runs.world.happened if event[0] == "provisional" for value in event[1:3]]
    assert not [text for text in texts if set("\r\n\0\u2028") & set(text)]


def test_what_a_stranger_sends_does_not_make_one_leg_two(runs: Runs) -> None:
    script = 'sys.Dial "desk@local[fd=#{req.Header.From.FromName}]"'
    dialling = runs.dialling(script, direction="in", from_name="x]&00900123@blueline[dt=0", from_user="y")
    assert [leg.name for group in dialling.groups for leg in group] == [f"desk@{DOMAIN}"]
    dialling = runs.dialling('sys.Dial "#{req.URI.User}@blueline"', direction="in", user="1@redline|2")
    assert [leg.name for group in dialling.groups for leg in group] == ["1%40redline%202@blueline"]


@pytest.mark.parametrize("loop", ["1_000_000.times { |n| sys.Log n }", "loop { puts 'x' }", "loop { STDERR.syswrite 'x' * 1000 }",
                                  "1_000_000.times { |n| DialPlan::Host.call('log', n) }"])  # fmt: skip
def test_a_million_log_lines_are_a_thousand(runs: Runs, loop: str) -> None:
    lines = runs.log(loop)
    assert len(lines) <= 1002
    assert sum(map(len, lines)) < 70_000
    assert any(line.startswith("The log is full") for line in lines)


@pytest.mark.parametrize(
    "nest",
    [
        "begin; {dial}; rescue Exception; {after}; ensure; {after}; end",
        "begin; begin; {dial}; ensure; {after}; end; rescue Exception; {after}; retry; end",
        "at_exit {{ {after} }}; {dial}",
        "catch(:x) {{ begin; {dial}; ensure; throw :x; end }}; {after}",
        "Fiber.new {{ begin; {dial}; ensure; {after}; end }}.resume; {after}",
        "e = Enumerator.new {{ |y| begin; {dial}; y << 1; ensure; {after}; end }}; e.next; {after}",
        "ObjectSpace.define_finalizer(Object.new, proc {{ {after} }}); {dial}; GC.start",
        "def m; yield; ensure; {after}; end; m {{ {dial} }}",
        "[1].each {{ |x| begin; {dial}; rescue SystemExit, NoMemoryError; {after}; ensure; {after}; next; end }}",
        "begin; loop {{ begin; {dial}; ensure; {after}; break; end }}; ensure; {after}; end",
        "trap('EXIT') {{ {after} }} rescue 0; {dial}; {after}",
        "begin; raise 'x'; rescue; begin; {dial}; ensure; {after}; end; retry; end",
        "Signal.trap('INT') {{ {after} }} rescue 0; {dial}; {after}",
        "require 'timeout'; begin; {dial}; ensure; {after}; end",
        "x = Object.new; def x.to_s; begin; {dial}; ensure; {after}; end; 'x'; end; sys.Log x",
    ],
)
@pytest.mark.parametrize("ending", ["sys.Dial('1@blueline')", "sys.Respond(486, 'x')"])
def test_nothing_of_a_script_runs_behind_its_end(runs: Runs, world: FakeWorld, nest: str, ending: str) -> None:
    dial = f"sys.DBWrite('before', 1); $over = true; {ending}"
    progress = runs.start(nest.format(dial=dial, after="sys.DBWrite('after', 1) if $over"))
    assert ("write", "before", "1") in world.happened
    assert [event for event in world.happened if event[0] == "write" and event[1] == "after"] == []
    assert isinstance(progress.outcome, Dialling if "Dial" in ending else Ended)


@pytest.mark.parametrize("events", [":line, :call, :return, :raise", ":c_call, :c_return, :b_return, :rescue"])
def test_what_traces_a_script_is_over_with_it(runs: Runs, events: str) -> None:
    """Trace points run inside of `sys.Dial` too, up to where the host is asked."""
    script = f"TracePoint.new({events}) {{ $seen = $seen.to_i + 1; sys.DBRead('k') if $seen == 2 }}.enable\nsys.Dial '1@blueline'"
    progress = runs.start(f"{script}\nsys.DBRead 'behind'")
    assert isinstance(progress.outcome, Dialling)
    assert runs.last.entries[-1].question == "dial"
    assert isinstance(runs.after(failed()).outcome, Ended)


@pytest.mark.parametrize(
    "eater",
    ["x = 'a' * 10_000_000; loop { x += x }", "a = []; loop { a << 'x' * 1000 }", "h = {}; n = 0; loop { h[n += 1] = n.to_s * 50 }",
     "def f(n) = f(n + 1)\nf 0", "f = proc { f.call }; f.call", "eval('(' * 100_000)", "Array.new(1 << 40)",
     "'x' * (1 << 29)", "x = []; x << x; x.flatten"],
)  # fmt: skip
def test_memory_and_depth_have_an_end(runs: Runs, monkeypatch: pytest.MonkeyPatch, eater: str) -> None:
    monkeypatch.setattr("sipsorcery_web.dial_plans.ruby_run.PROCESSOR_SECONDS", 2)
    progress = runs.start(eater)
    assert isinstance(progress.outcome, Ended)
    assert progress.outcome.code == 500


@pytest.mark.parametrize("endless", ["loop { }", "begin; loop { }; rescue Exception; retry; end", "while true; begin; rescue; end; end",
                                     "loop { Time.now }", "def x; x2; end; def x2; loop { 1 + 1 }; end; x",
                                     "('a' * 40 + '!') =~ /^(a+)+$/; loop { }", "Integer.sqrt(7 ** 3_000_000)"])  # fmt: skip
def test_an_endless_script_has_an_end(runs: Runs, monkeypatch: pytest.MonkeyPatch, endless: str) -> None:
    monkeypatch.setattr("sipsorcery_web.dial_plans.ruby_run.PROCESSOR_SECONDS", 0.1)
    progress = runs.start(endless)
    assert progress.outcome == EXCEPTION
    assert progress.processor_seconds < 2


def test_an_expression_on_a_stranger_s_name_has_a_time_limit(runs: Runs) -> None:
    script = "begin; req.Header.From.FromName =~ /^((a|b|ab)*)*\\1c$/; rescue Regexp::TimeoutError; end; sys.Log 'on'"
    assert runs.log(script, from_name="ab" * 40 + "!") == ["on"]


@pytest.mark.parametrize("words", ["'\\x01rubbish'", "\"\\x01s99999999:x\"", '"\\x01s4:dial"', '"\\x01s9:processor"', '"\\x01l9999999:"',
                                   "\"\\x01s7:respondi99999999999999999999999999999;nn\""])  # fmt: skip
def test_a_script_that_speaks_to_its_host_by_itself_is_ended(runs: Runs, words: str) -> None:
    progress = runs.start(f"STDERR.syswrite({words.replace(chr(39), chr(34))}); sys.Log 'on'")
    assert isinstance(progress.outcome, Ended)


def test_an_image_that_was_changed_is_not_loaded(own_image: ImageFile) -> None:
    own_image.load()
    with own_image.path.open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ImageError, match="was changed"):
        own_image.load()


def test_an_image_of_another_key_without_signature_or_open_to_others_is_not_loaded(own_image: ImageFile) -> None:
    with pytest.raises(ImageError, match="was changed"):
        ImageFile(own_image.folder, b"another key").load()
    own_image.path.chmod(0o644)
    with pytest.raises(ImageError, match="read by others"):
        own_image.load()
    own_image.path.chmod(0o600)
    own_image.path.with_suffix(".hmac").unlink()
    with pytest.raises(ImageError, match="no signature"):
        own_image.load()


def test_an_image_behind_a_link_is_not_loaded(own_image: ImageFile) -> None:
    elsewhere = own_image.path.with_name("elsewhere")
    own_image.path.rename(elsewhere)
    own_image.path.symlink_to(elsewhere)
    with pytest.raises(ImageError):
        own_image.load()
