"""The filters that emails and web pages share."""

import datetime
import gettext

import pytest
from jinja2 import Environment

from newsletter.document.blocks.latest import LatestSection
from newsletter.document.cut import CutAt
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance, Style
from newsletter.rendering.filters import FILTERS, Wording, unfinished


@pytest.fixture
def environment() -> Environment:
    """As a web application has it: its own environment, with the filters added."""
    made = Environment(autoescape=True)
    made.filters.update(FILTERS)
    return made


def page(environment: Environment, source: str, wording: Wording | None = None, **values: object) -> str:
    return environment.from_string(source).render(wording=wording or Wording(), **values)


def test_a_web_page_shows_defaults_for_merge_fields(environment: Environment) -> None:
    text = (
        'Dear {{ first_name | default: "<reader>" }}, [x](https://x.example/?n={{ name | default: "a b" }})'
    )
    html = page(environment, "{{ text | rich }}", text=text)
    assert html == '<p>Dear &lt;reader&gt;, <a href="https://x.example/?n=a%20b">x</a></p>'
    assert page(environment, "{{ text | words }}", text='{{ name | default: "<b>" }}') == "&lt;b&gt;"
    assert (
        page(environment, "{{ url | href }}", url="https://x.example/?e={{ email }}")
        == "https://x.example/?e="
    )


def test_attribution_and_source_line(environment: Environment) -> None:
    item = Item(
        blurb="It left.",
        provenance=Provenance(outlet="The Post", style=Style.REPORTED, published=datetime.date(2026, 5, 12)),
    )
    assert (
        page(environment, "{{ item | attributed | rich_inline }}", item=item)
        == "It left, reported <em>The Post</em>."
    )
    assert (
        page(environment, "{{ item.provenance | attribution_phrase | plain }}", item=item)
        == "reported The Post"
    )
    assert page(environment, "{{ item.provenance | source_line | plain }}", item=item) == "12 May 2026"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "12 May 2026"),
        ("en-US", "May 12, 2026"),
        ("de", "12. Mai 2026"),
        ("xx-yy", "12 May 2026"),
        ("", "12 May 2026"),
    ],
)
def test_dates_are_written_in_the_language(environment: Environment, language: str, written: str) -> None:
    day = datetime.date(2026, 5, 12)
    assert page(environment, "{{ day | day }}", Wording(language), day=day) == written


def test_phrases_are_translated(environment: Environment) -> None:
    class German(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"%(blurb)s, reported %(outlet)s.": "%(blurb)s, meldet %(outlet)s."}.get(message, message)

    item = Item(blurb="Es lief.", provenance=Provenance(outlet="X", style=Style.REPORTED))
    wording = Wording("de", translations=German())
    assert page(environment, "{{ item | attributed | plain }}", wording, item=item) == "Es lief, meldet X."


def test_a_cut_blurb_is_plain_text_and_counts_no_markdown(environment: Environment) -> None:
    section = LatestSection(type="latest", length=40, cut_at=CutAt.WORD)
    item = Item(
        blurb="**One** [two](https://x.example/very/long/address) <three> four five six seven eight nine"
    )
    html = page(environment, "{{ (item | shortened(section)).text }}", item=item, section=section)
    assert html == "One two &lt;three&gt; four five six seven…"


def test_lines_keep_their_breaks(environment: Environment) -> None:
    assert page(environment, "{{ text | lines }}", text="a<\nb\n") == "a&lt;<br>\nb"


def test_an_ellipsis_is_not_said_twice() -> None:
    assert unfinished("one two…") == "one two"
    assert unfinished("\u2067one…\u2069") == "\u2067one\u2069"
    assert unfinished("A sentence.") == "A sentence."
    assert unfinished("so… it goes.") == "so… it goes."


def test_a_template_without_wording_is_told(environment: Environment) -> None:
    with pytest.raises(TypeError, match="wording"):
        environment.from_string("{{ 'x' | words }}").render(wording="en")
