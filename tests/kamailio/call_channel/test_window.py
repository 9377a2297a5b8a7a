"""Commands on their way to an engine that confirms what it has read."""

from sipsorcery_web.kamailio.call_channel.netstrings import netstring
from sipsorcery_web.kamailio.call_channel.window import MOST_UNREAD, Window

QUESTION = netstring(b'{"do": "confirm"}')
READ_AT_ONCE = 32_767
"""Bytes that Kamailio reads at most."""


class Line:
    """The connection, and how much of what came over it was not confirmed."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.window = Window(self.sent.append)
        self.read = 0
        self.most_unread = 0

    def put(self, *contents: bytes) -> None:
        for content in contents:
            self.window.put(content)
            self.most_unread = max(self.most_unread, sum(map(len, self.sent[self.read :])))

    def confirm(self) -> bool:
        """Read as far as the next question; False where there is none."""
        try:
            self.read = self.sent.index(QUESTION, self.read) + 1
        except ValueError:
            return False
        self.window.confirmed()
        self.most_unread = max(self.most_unread, sum(map(len, self.sent[self.read :])))
        return True

    @property
    def commands(self) -> list[bytes]:
        return [each for each in self.sent if each != QUESTION]


def test_a_few_commands_go_out_at_once_and_nothing_is_asked() -> None:
    line = Line()
    line.put(b"one", b"two", b"three")
    assert line.sent == [b"3:one,", b"3:two,", b"5:three,"]


def test_many_commands_wait_until_those_before_them_are_read_and_keep_their_order() -> None:
    line, contents = Line(), [b"%d" % number * 60 for number in range(1000)]
    line.put(*contents)
    assert len(line.commands) < 200
    while line.confirm():
        pass
    assert line.commands == [netstring(content) for content in contents]
    assert line.most_unread < READ_AT_ONCE


def test_a_command_of_the_greatest_length_goes_out_alone() -> None:
    line, long = Line(), b"x" * 30_000
    line.put(b"short", long, b"short")
    assert line.commands == [b"5:short,"]
    while line.confirm():
        pass
    assert line.commands == [b"5:short,", netstring(long), b"5:short,"]
    assert MOST_UNREAD < line.most_unread < READ_AT_ONCE


def test_a_confirmation_that_nobody_asked_for_changes_nothing() -> None:
    line = Line()
    line.window.confirmed()
    line.put(b"one")
    assert line.sent == [b"3:one,"]
