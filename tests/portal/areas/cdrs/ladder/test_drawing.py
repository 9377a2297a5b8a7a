"""The places of a ladder's parts in its drawing."""

from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.portal.areas.cdrs.ladder.drawing import COLUMN, GUTTER, HEAD, LABEL, cut, drawing_of
from tests.factories.events import ALICE, BOB, SERVICE, refused_call, request, traced


def test_rows_stand_below_each_other_and_columns_side_by_side() -> None:
    drawing = drawing_of(ladder_of(refused_call()))

    assert drawing.width == GUTTER + 3 * COLUMN
    assert [column.x for column in drawing.columns] == [GUTTER + COLUMN // 2 + n * COLUMN for n in range(3)]
    for above, below in zip(drawing.rows, drawing.rows[1:], strict=False):
        assert below.top == above.top + above.height
    assert drawing.rows[0].top == HEAD
    assert drawing.height > drawing.rows[-1].top + drawing.rows[-1].height


def test_an_arrow_points_from_the_sender_to_whom_it_goes() -> None:
    there, back = drawing_of(ladder_of(refused_call())).rows[:2]

    assert there.line == f"M{there.start} {there.y}H{there.end - 7}"
    assert there.tip == f"M{there.end} {there.y}l-7 -4v8z"
    assert back.tip == f"M{back.end} {back.y}l7 -4v8z"
    assert (there.start, there.end) == (back.end, back.start)


def test_a_message_to_its_own_sender_goes_out_and_comes_back() -> None:
    row = drawing_of(ladder_of([traced(request(), 0, ALICE, ALICE)])).rows[0]

    assert row.line == f"M{row.start} {row.y}h36v10h-29"


def test_a_failure_is_told_by_a_mark_and_not_by_its_colour_alone() -> None:
    labels = [row.label for row in drawing_of(ladder_of(refused_call())).rows]

    assert "✕ 486 Busy Here" in labels
    assert "407 Proxy Authentic…" in labels


def test_a_long_text_is_cut_to_its_room() -> None:
    assert cut("short", 100) == "short"
    assert cut("a text that is much too long", 64) == "a text t…"


def test_the_room_of_a_text_is_that_of_its_letters() -> None:
    assert cut("illicit, i.e. 1 + 1", 130) == "illicit, i.e. 1 + 1"
    assert cut("WWW MMM WWW MMM", 130) == "WWW MMM WWW…"
    assert cut("[2001:db8:85a3:8d3:1319:8a2e:370:7348]:50600", 148, LABEL * 1.12) == "[2001:db8:85a3:8d…"


def test_of_two_parties_with_one_name_each_is_told_with_its_address() -> None:
    forked = [traced(request(), source=SERVICE, destination=place) for place in (BOB, "198.51.100.8:5070")]
    ladder = ladder_of(forked)

    assert [ladder.name_at(column) for column in (1, 2)] == [f"bob at {BOB}", "bob at 198.51.100.8:5070"]
    assert ladder.name_at(0) == ladder.parties[0].name
