from sipsorcery_web.portal.ui.text.differences import AROUND, DiffRow, Line, counts, rows


def test_counts_are_of_lines_and_not_of_line_ends() -> None:
    assert counts("a\nb\nc\n", "a\r\nB\r\nc\r\nd\r\n") == (2, 1)
    assert counts("", "a\nb") == (2, 0)
    assert counts("a", "") == (0, 1)
    assert counts("a\nb", "a\nb\n") == (0, 0)


def test_changed_lines_stand_beside_each_other_and_equal_ones_once_on_each_side() -> None:
    assert rows("a\nb\nc", "a\nB\nc\nd") == [
        DiffRow(Line(1, "a"), Line(1, "a"), is_same=True),
        DiffRow(Line(2, "b"), Line(2, "B")),
        DiffRow(Line(3, "c"), Line(3, "c"), is_same=True),
        DiffRow(None, Line(4, "d")),
    ]


def test_what_is_far_from_every_change_is_left_out_and_counted() -> None:
    lines = [str(number) for number in range(100)]
    found = rows("\n".join(lines), "\n".join([*lines[:50], "new", *lines[50:]]))
    assert [row.skipped for row in found if row.skipped] == [50 - AROUND, 50 - AROUND]
    assert len(found) == 2 * AROUND + 1 + 2
    assert [row.new for row in found if row.old is None and row.new] == [Line(51, "new")]


def test_nothing_has_changed_in_equal_scripts() -> None:
    assert not [row for row in rows("a\nb", "a\nb") if not (row.is_same or row.skipped)]


def test_lines_without_end_are_compared_in_bounded_time() -> None:
    old, new = "\n".join("ab" * 7_500), "\n".join("ba" * 7_500 + "c")
    added, removed = counts(old, new)
    assert added - removed == 1
    shuffled = "\n".join(str(number % 97) for number in range(10_000))
    backwards = "\n".join(str(number % 89) for number in range(10_000, 0, -1))
    assert counts(shuffled, backwards) == (10_000, 10_000)
