"""What a custom template may not do: payloads by which sandboxes of Jinja were left, and their relatives."""

import pytest

from newsletter.core.errors import Refused
from newsletter.rendering.compose import template_context
from newsletter.rendering.custom_template.render import render_template
from newsletter.rendering.render_input import CustomTemplate
from newsletter.rendering.slots import SlotTable
from tests.rendering.custom_template.samples import issue_with

ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__ }}",
    "{{ ()['__class__'] }}",
    "{{ ''['__cl' ~ 'ass__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ ['a'] | map('attr', '__class__') | list }}",
    "{{ ['a'] | map(attribute='__class__') | list }}",
    "{{ ['a'] | sort(attribute='__class__') }}",
    "{{ ['a'] | groupby('__class__') }}",
    "{{ ['a'] | selectattr('__class__') | list }}",
    "{{ ['a'] | sum(attribute='__class__') }}",
    "{{ '{0.__class__}'.format('a') }}",
    "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "{% set f = '{0.__class__}'.format %}{{ f('a') }}",
    "{{ ['{0.__class__}'] | map('format', 1) | list }}",
    "{{ '%(x)s'.__mod__({'x': 1}) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ dict.__base__ }}",
    "{{ dict.fromkeys }}",
    "{{ range.__class__ }}",
    "{{ _.__globals__ }}",
    "{{ gettext.__wrapped__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__call__.__func__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% for x in [1] %}{{ loop._iterator.gi_frame }}{% endfor %}",
    "{{ config }}{{ request }}{{ g }}",
    "{{ environment }}",
    "{{ document.model_dump() }}",
    "{{ document.model_construct() }}",
    "{{ document.parse_file('/etc/hostname') }}",
    "{{ document.copy() }}",
    "{{ document.model_fields }}",
    "{{ wording.translations.gettext }}",
    "{{ wording.substitution.word('x') }}",
    "{{ wording.marked_up('<script>') }}",
    "{{ theme.styled({}) }}",
    "{{ issue.date.today() }}",
    "{{ issue.date.__class__.fromtimestamp(0) }}",
    "{{ issue.date.replace(year=1) }}",
    "{{ [].append(1) }}",
    "{{ {}.update({'a': 1}) }}",
    "{% set x = [] %}{{ x.append }}",
    "{% do 1 %}",
    "{% include '/etc/hostname' %}",
    "{% include '../../etc/hostname' %}",
    "{% include 'themes/../system/_base.html' %}",
    "{% include 'system/_base.html' %}",
    "{% import 'template.html' as me %}",
    "{% extends 'template.html' %}",
    "{% autoescape false %}{{ '<script>' }}{% endautoescape %}",
    "{{ '<script>' | safe }}",
    "{{ [1, 2] | random }}",
    "{{ document | pprint }}",
    "{{ document | tojson }}",
    "{{ cycler }}",
    "{{ m }}",
    "{{ document }}",
    "{{ 'x' ~ cycler(1) }}",
    "{% macro m() %}{% endmacro %}{{ m }}",
    "{{ [cycler(1)] | join }}",
    "{{ cycler(1) | upper }}",
    "{{ {'a': cycler(1)} | urlencode }}",
]


def rendered(text: str) -> str:
    given = issue_with(text)
    return render_template(CustomTemplate(text), template_context(given, SlotTable()))


@pytest.mark.parametrize("payload", ESCAPES)
def test_no_way_out(payload: str) -> None:
    with pytest.raises(Refused) as refusal:
        rendered(f"\n{payload}")
    assert refusal.value.code == "bad_template"
    assert refusal.value.fields["text"] == refusal.value.message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ 675 * 536 / 1200 }}", "301.5"),
        ("{{ document.title.upper() | replace('AN', 'THE') }}", "THE ISSUE"),
        ("{% for a, b in {'x': 1}.items() %}{{ loop.index }}{{ a }}{{ b }}{% endfor %}", "1x1"),
        (
            "{{ issue.date.strftime('%Y') }}/{{ issue.date.month }}/{{ issue.date | day }}",
            "2026/5/15 May 2026",
        ),
        (
            "{% set n = namespace(s=0) %}{% for i in range(4) %}{% set n.s = n.s + i %}{% endfor %}{{ n.s }}",
            "6",
        ),
        ("{% macro twice(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call twice('a') %}b{% endcall %}", "ab"),
        ("{% set c = cycler('odd', 'even') %}{{ c.next() }} {{ c.next() }}", "odd even"),
        ("{{ sections[0].type }} {{ sections | map(attribute='id') | join(',') }}", "text one"),
        ("{{ '<b>' }} {{ wording.reading_time(4) }}", "&lt;b&gt; 4 min read"),
        ("{% for x in [1, 2] recursive %}{{ loop.last }} {% endfor %}", "False True "),
        ("{{ _('Unsubscribe') }} {{ x | default('none') }}", "Unsubscribe none"),
    ],
)
def test_a_layout_can_be_written(text: str, shown: str) -> None:
    assert rendered(text) == shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\n{% if %}", "Line 2: Expected an expression, got 'end of statement block'."),
        ("a\n\n{{ nobody }}", "Line 3: 'nobody' is undefined."),
        (
            "{% for x in [1] %}\n{{ x",
            "Line 2: Unexpected end of template, expected 'end of print statement'.",
        ),
        ("\n{{ 1 / 0 }}", "Line 2: Division by zero."),
        ("\n{{ 'x' * 3 }}", "Line 2: A template may not use “*” here."),
        ("\n{{ range(10**5) }}", "Line 2: A range has at most 10,000 numbers."),
        ("\n{% include 'blocks/none.html' %}", "Line 2: There is no built-in template “blocks/none.html”."),
        ("\n{% include 'blocks/links.html' %}", "Line 2: 'section' is undefined."),
        ("\n{{ document.zork }}", "Line 2: 'Document object' has no attribute 'zork'."),
        ("\n{{ " + "(" * 60, "Line 2: This is nested too deeply."),
        ("{% if 1 %}\n" * 41, "Line 41: This is nested too deeply."),
        ("x" * 100_001, "It has 100,001 characters; 100,000 are allowed."),
        ("{{ " + "-" * 20_000 + "1 }}", "The template is nested too deeply."),
        ("\n{{ document.title | nothing }}", "Line 2: No filter named 'nothing'."),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        rendered(text)
    assert refusal.value.message == sentence


def test_a_saved_template_is_named_with_its_version() -> None:
    with pytest.raises(Refused, match=r"^Line 2 of the template \(version 7\): 'nobody' is undefined\.$"):
        render_template(CustomTemplate("\n{{ nobody }}", 7), template_context(issue_with(""), SlotTable()))
