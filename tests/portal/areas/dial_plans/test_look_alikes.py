"""Characters that look like others: named by line and code point where they matter, passed over where they do not."""

import unicodedata

import pytest

from sipsorcery_web.portal.areas.dial_plans.checks import script_warnings

CURLY = """\
sys.Log(”call from #{req.Header.From.FromURI.ToString()} to #{req.URI.User}.”)
if sys.In then
  sys.Dial(”#{sys.Username}@local”)
else
  sys.Dial(”${dst:2}@provider1″)
end
"""

LOOK_ALIKES = [
    *"“”„‟″‶〃＂«»",
    *"‘’‚‛′‵´ʹʼˈ‹›＇",
    *"‐‑‒–—―−⁃﹘﹣－",
    *"\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    *"\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2063\ufeff\u061c\u180e",
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    *"\u2028\u2029\x85\x91\x93\x94\x96",
    *"…‥․·•⁄∕∗×∼˜ˆ¦→⇒≤≥≠©®™",
    *"（）［］｛｝＝，．：；＃＠＆｜＋／０ａ﹐﹔ﬁﬃ；،、。【】",
    *"\ufffc\ufffd\uf0b7\u2800\u3164\ufe0f\ufeff",
]


def messages(script: str) -> list[tuple[int, str]]:
    return [(found.line, found.message) for found in script_warnings("Ruby", script)]


def test_a_plan_from_a_web_page_gets_one_remark_a_line_and_no_others() -> None:
    named = 'is U+201D (right double quotation mark). Write " instead. 1 more such character stands in the line.'
    assert messages(CURLY) == [(1, f"Character 9 {named}"), (3, f"Character 12 {named}"), (5, f"Character 12 {named}")]
    assert all(found.is_error for found in script_warnings("Ruby", CURLY))


@pytest.mark.parametrize("character", LOOK_ALIKES, ids=lambda each: f"U+{ord(each):04X}")
def test_each_is_named_in_code_by_its_place_and_code_point(character: str) -> None:
    (found,) = script_warnings("Ruby", f"sys.Log 'a'\nx = 1 {character} 2\n")
    assert (found.line, found.is_error) == (2, True)
    assert found.message.startswith(f"Character 7 is U+{ord(character):04X} (")


@pytest.mark.parametrize("character", LOOK_ALIKES, ids=lambda each: f"U+{ord(each):04X}")
def test_each_is_named_in_what_is_dialled_and_in_expressions_for_numbers(character: str) -> None:
    for script in (
        f'sys.Dial "10{character}0@blueline"',
        f"x =~ /^00{character}1/",
        f'n = "353{character}87@blueline"',
    ):
        (found,) = script_warnings("Ruby", script)
        assert f"U+{ord(character):04X} (" in found.message
        assert not found.is_error


def test_a_string_whose_end_was_turned_into_another_quote_is_found_at_that_end() -> None:
    assert messages('sys.Dial "blueline”, 20\nsys.Log "x"\n') == [
        (1, 'Character 19 is U+201D (right double quotation mark). Write " instead.')
    ]


def test_a_cyrillic_letter_in_a_latin_word_is_named() -> None:
    assert messages("sys.Diаl 'x'\n") == [(1, "Character 7 is U+0430 (cyrillic small letter a). Write a instead.")]
    assert messages("имя = sys.Username\nsys.Dial 'оffice@local'\n") == [
        (2, "Character 11 is U+043E (cyrillic small letter o). Write o instead.")
    ]


def test_a_mark_at_the_very_beginning_is_named() -> None:
    assert messages("\ufeffsys.Log 'a'")[0][1].startswith("Character 1 is U+FEFF (zero width no-break space).")


def test_what_is_behind_the_first_pasted_character_is_not_guessed_at() -> None:
    assert [line for line, _ in messages("if a\n  sys.Log ‘it’s (’\nend\n")] == [2]


@pytest.mark.parametrize("place", ["# {} x", "sys.Log '{}x'", "sys.Dial '1{}0@x'", "x = 1 {} 2"])
@pytest.mark.parametrize("control", ["\u202a", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"])
def test_what_shows_a_line_in_another_order_is_named_everywhere(place: str, control: str) -> None:
    assert len(messages(place.format(control))) == 1


def test_a_line_end_that_is_none_is_named_in_a_comment_too() -> None:
    ((line, message),) = messages("# first\u2028sys.Dial 'x'\n")
    assert (line, message) == (
        1,
        "Character 8 is U+2028 (line separator). The line does not end there for the service; write a line end.",
    )


@pytest.mark.parametrize(
    "script",
    [
        "# “quotes”, a dash – and\u00a0a blank…\n",
        "=begin\n“x” –\u00a0\u200b\n=end\n",
        "sys.Log “x”\n".replace("“", '"„').replace("”", '“"'),
        'sys.Respond 480, "Occupé\u202f!"\n',
        'sys.SetFromHeader "Réception – 2", "014400142", "x"\n',
        'raise "it’s over…"\n',
        'if name == "O’Brien" then x end\n',
        "name =~ /^d’Arcy$/i\n",
        'text = "Call “me” – now…"\n',
        'sys.Dial num.gsub(/[-–—]/, "").tr("’", "\'")\n',
        'name = name.gsub("\u00a0", " ").delete("\u200b")\n',
        "x =~ /[\\s\u00a0]+/\n",
        'sys.Log "👨\u200d👩 ❤\ufe0f"\n',
        "größe = 1\nπ = 3\n",
        "x\n__END__\n“x”\n",
    ],
)
def test_what_harms_nothing_is_passed_over(script: str) -> None:
    assert messages(script) == []


def test_every_blank_and_unseen_character_of_unicode_is_known() -> None:
    kinds = {"Zs", "Zl", "Zp", "Cf"}
    unknown = [
        f"U+{ord(each):04X}"
        for each in map(chr, range(0x80, 0x30000))
        if unicodedata.category(each) in kinds and not messages(f"x = 1 {each} 2")
    ]
    assert unknown == []
