import unicodedata

import pytest
from flask import Flask, render_template_string

from sipsorcery_web.invisible import visible
from sipsorcery_web.portal.ui.formats import breakable
from sipsorcery_web.portal.ui.text.invisible import unchanged, visible_on_pages

SMILE, WOMAN, HEART = "\U0001f600", "\U0001f469", "\u2764"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+353\u202e871234567", "+353[U+202E]871234567"),
        ("\u2067\u2069\u061c\u200f", "[U+2067][U+2069][U+061C][U+200F]"),
        ("al\u200bice", "al[U+200B]ice"),
        ("al\u200dice", "al[U+200D]ice"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("\ufeffbom", "[U+FEFF]bom"),
        ("\u3164", "[U+3164]"),
        ("bell\x07\x1b[31m\x7f\x85", "bell[U+0007][U+001B][31m[U+007F][U+0085]"),
        ("line\u2028end", "line[U+2028]end"),
        ("tag\U000e0041", "tag[U+E0041]"),
        ("1\ufe0e", "1[U+FE0E]"),
    ],
)
def test_what_nobody_sees_is_shown_by_its_code_point(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Alice <sip:alice@sip.example.org>",
        "two\r\nlines\tand a tab",
        "Zoë Müller 請求書 no\u00a0break",
        "\u05d0\u05dc\u05d9\u05e1 \u0623\u0644\u064a\u0633",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        f"{WOMAN}\u200d{WOMAN} {HEART}\ufe0f\u200d\U0001f525 1\ufe0f\u20e3 {SMILE}",
        "\u845b\U000e0100",
    ],
)
def test_what_people_write_in_any_language_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_every_bidirectional_control_and_format_character_of_latin_text_is_shown() -> None:
    controls = [chr(point) for point in range(0x110000) if unicodedata.bidirectional(chr(point)) in CONTROLS]
    assert len(controls) == 9
    for each in (*controls, "\u200e", "\u200f", "\u061c"):
        assert visible(f"a{each}b") == f"a[U+{ord(each):04X}]b"


CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def test_a_template_cannot_forget_it() -> None:
    app = Flask(__name__)
    app.jinja_options = {"finalize": visible_on_pages}
    app.add_template_filter(breakable)
    app.add_template_filter(unchanged)
    source = (
        "{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}"
        '<i title="{{ x }}">{{ bold(x) }}{{ ("“%s”" | format(x)) }}{{ x ~ 1 }}{{ [x, x] | join("+") }}{{ x | breakable }}</i>'
        '<input value="{{ x | unchanged }}">'
    )
    with app.test_request_context():
        page = render_template_string(source, x="<\u202e")
    shown, sent_back = page.split("<input")
    assert shown.count("&lt;[U+202E]") == 7
    assert "\u202e" not in shown
    assert sent_back == ' value="&lt;\u202e">'
