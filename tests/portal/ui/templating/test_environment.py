"""Templates compiled for pages write what Jinja's own compiler has them write, and need no call of a macro for it."""

from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError, pass_context

from sipsorcery_web.portal.ui.templating.environment import PageEnvironment
from sipsorcery_web.portal.ui.text.invisible import visible_on_pages

OPTIONS: dict[str, Any] = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "finalize": visible_on_pages,
}
PARTS = """
{% from "icons.html" import icon as drawn %}
{% set usual = dict(class="usual") %}
{% set more = dict(usual, id="more") %}
{% macro state(shape, words, tone="plain") -%}
<i class="{{ tone }}">{{ drawn(shape) }}{{ words }}</i>
{%- endmacro %}
{% macro either(of) %}{{ state("disc", of) if of else state("ring", "None", tone="quiet") }}{% endmacro %}
{% macro field(name, hint="") -%}
{% set help = caller() if caller is defined else hint -%}
{% set given = kwargs if "class" in kwargs else dict(more, **kwargs) -%}
<b{% for key, value in given.items() %} {{ key }}="{{ value }}"{% endfor %}>{{ name }}: {{ help }}</b>
{%- endmacro %}
{% macro framed(title) -%}
<div>{{ title }}{{ caller() }}{{ title }}</div>
{%- endmacro %}
{% macro trimmed() %}[{{ caller() | trim }}]{% endmacro %}
{% macro tree(node) %}({{ node.name }}{% for each in node.nodes %}{{ tree(each) }}{% endfor %}){% endmacro %}
{% macro tagged(tags) %}{% for tag in tags %}{{ loop.index }}{{ state(tag, tag) }}{% endfor %}{% endmacro %}
{% macro set_inside(words) %}{% set words = words ~ "!" %}{{ words }}{% endmacro %}
"""
TEMPLATES = {
    "icons.html": '{% macro icon(name, class="icon") %}<svg class="{{ class }}">#{{ name }}</svg>{% endmacro %}',
    "parts.html": PARTS,
    "included.html": (
        '{% from "parts.html" import state %}{% set inner = words ~ "?" %}{% macro own(x) %}<u>{{ x }}</u>{% endmacro %}'
        '{{ state("disc", inner) }}{{ own(title) }}{{ outer }}'
    ),
    "row.html": "{{ tag }}{{ words }}",
    "apart.html": '{% from "parts.html" import trimmed %}{% set x = trimmed %}{{ words }}',
    "frame.html": "<html>{% block body required %}{% endblock %}</html>",
}
NAMES = "either, field, framed, set_inside, state, tagged, tree, trimmed, usual"
VALUES: dict[str, Any] = {
    "name": "<b>&'\"\u202e",
    "nothing": None,
    "number": 7,
    "words": "outer",
    "title": "outer title",
    "tags": ["a", "<b>"],
    "node": {"name": "root", "nodes": [{"name": "<leaf>", "nodes": []}]},
}
PAGES = [
    "{{ name }} {{ number }} {{ nothing }} {{ name | upper }} {{ name ~ number }}",
    '{{ state("disc", name) }}{{ state("disc", words=name, tone="good") }}{{ words }}',
    "{{ either(name) }}{{ either(nothing) }}",
    '{{ field(name) }}{{ field(name, hint=words) }}{{ field(name, class="own", data=name) }}{{ field("x", a=1) }}',
    "{% call field(name) %}<u>{{ words }}</u>{% endcall %}",
    "{% call framed(name) %}{{ title }}{% endcall %}{{ title }}",
    "{% call trimmed() %}  {{ name }} {% endcall %}",
    "{{ tree(node) }}",
    "{{ tagged(tags) }}{% for tag in tags %}{{ loop.index }}{{ either(tag) }}{% endfor %}",
    "{{ set_inside(words) }}{{ words }}",
    '{% set both = state("ring", name) ~ words %}{{ both }}',
    '{% set text %}{{ state("ring", name) }}{% endset %}{{ text }}{{ framed if false }}',
    '{% macro own(x, y="y") %}{{ x }}{{ y }}{{ state("o", x) }}{% endmacro %}{{ own(name) }}{{ own(y=name, x=words) }}',
    '{% set inner, outer = "own", "<o>" %}{% include "included.html" %}{{ inner }}{% include "apart.html" %}',
    '{% for tag in tags %}{% include "row.html" %}{% endfor %}{% include "nowhere.html" ignore missing %}',
    '{{ field(name, **usual) }}{{ field(name, **{"a": 1}) }}{{ field(name, **node) }}{{ state(*tags) }}',
    '{% extends "frame.html" %}{% set top = words %}{% block body %}{{ either(top) }}{{ title }}{% endblock %}',
]


IMPORTS = f'{{% from "parts.html" import {NAMES} %}}'


def made(kind: Any, page: str) -> Any:
    """Return an environment of a kind with the page in it, which imports the macros behind what it extends."""
    extends, end, rest = page.partition("%}") if page.startswith("{% extends") else ("", "", page)
    return kind(loader=DictLoader(TEMPLATES | {"page.html": extends + end + IMPORTS + rest}), **OPTIONS)


def plain(**options: Any) -> Environment:
    return Environment(**options)


def direct(**options: Any) -> PageEnvironment:
    return PageEnvironment(Flask(__name__), **options)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_the_same_as_by_jinjas_own_compiler(page: str) -> None:
    expected = made(plain, page).get_template("page.html").render(VALUES)
    assert made(direct, page).get_template("page.html").render(VALUES) == expected


@pytest.mark.parametrize("page", ['{{ state("disc") }}', "{{ state(1, 2, 3, 4) }}", '{{ state("a", "b", z=1) }}'])
def test_a_call_that_a_macro_does_not_take_fails_as_by_jinjas_own_compiler(page: str) -> None:
    for kind in (plain, direct):
        with pytest.raises((TypeError, UndefinedError)):
            made(kind, page).get_template("page.html").render(VALUES)


def test_what_is_not_defined_fails_when_it_is_shown() -> None:
    with pytest.raises(UndefinedError):
        made(direct, "{{ nobody }}").get_template("page.html").render(VALUES)


def test_a_page_calls_no_macro_and_imports_none_that_it_writes() -> None:
    environment = made(direct, '{% call framed(name) %}{{ state("disc", "on") }}{% endcall %}')
    source, filename, _ = environment.loader.get_source(environment, "page.html")
    code = environment.compile(source, "page.html", filename, raw=True)
    assert "Macro(" not in code
    assert "get_template" not in code
    assert repr('<i class="plain"><svg class="icon">#disc</svg>on</i>')[1:-1] in code


def test_a_function_of_the_environment_is_called_as_it_is_unless_jinja_adds_something() -> None:
    @pass_context
    def seen(context: Any) -> Any:
        return context["name"]

    environment = made(direct, "{{ seen() }}{{ shout(name, ending='!') }}")
    environment.globals.update(seen=seen, shout=lambda text, ending: text.upper() + ending)
    assert environment.get_template("page.html").render(name="a<") == "a&lt;A&lt;!"
