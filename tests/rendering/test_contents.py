"""What a theme shows on demand: the list of contents and the reading time, in both parts."""

import re
from dataclasses import replace

import pytest
from lxml import html as lxml_html

from newsletter.core.errors import Refused
from newsletter.document.blocks import AnySection
from newsletter.document.blocks.divider import DividerSection
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.sponsor import SponsorSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.item import Item
from newsletter.rendering.compose import Composed, compose
from newsletter.rendering.contents import contents_of
from newsletter.rendering.inline import inline
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import PUBLICATION, issue_of

every_theme = pytest.mark.parametrize("theme", THEMES.keys())


def story() -> Item:
    return Item(headline="The ferry is back", url="https://a.example/1", blurb="At dawn.")


SECTIONS: tuple[AnySection, ...] = (
    TextSection(type="text", id="news", title="News & notes", text="Some words."),
    # Equal stories are two places; the id of the next section is what a number behind a dash would make.
    LinksSection(type="links", id="plain", items=(story(), story(), Item(blurb="Without a headline."))),
    TextSection(type="text", id="plain-1", title="سوق", text="كلمات."),
    FeatureSection(
        type="feature", id="film", headline="A film", blurb="It is short.", url="https://a.example/f"
    ),
    DividerSection(type="divider", id="line", title="Below"),
    LatestSection(type="latest", id="late", limit=1, items=(story(), story())),
    SponsorSection(type="sponsor", id="paid", headline="Buy rope", text="It holds."),
)
TITLES = [
    *(
        "News & notes",
        "The ferry is back",
        "The ferry is back",
        "سوق",
        "A film",
        "The ferry is back",
        "Buy rope",
    )
]
ANCHORS = ["news", "plain_1", "plain_2", "plain-1", "film", "late_1", "paid"]


def composed(theme: str, *sections: AnySection, language: str = "en", **tokens: str) -> Composed:
    publication = replace(PUBLICATION, tokens=tokens, language=language)
    return compose(issue_of(*sections, theme=theme, publication=publication))


def jumps(part: str) -> list[tuple[str, str]]:
    """Each link to a place of the document, after inlining: what it says, and the tag of its goal."""
    tree = lxml_html.document_fromstring(inline(part))
    found = []
    for link in tree.xpath('//a[starts-with(@href, "#")]'):
        (goal,) = tree.xpath("//*[@id=$id]", id=link.get("href")[1:])
        assert goal.text_content().strip() == link.text_content()
        found.append((link.text_content(), goal.tag))
    return found


@every_theme
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_list_leads_to_sections_and_to_the_stories_of_untitled_ones(theme: str, language: str) -> None:
    made = composed(theme, *SECTIONS, language=language, contents="list")
    assert [title for title, _ in jumps(made.html)] == TITLES
    listed = made.text.partition(f"{'في هذا العدد' if language == 'ar' else 'In this issue'}:\n\n")[2]
    assert listed.startswith("".join(f"- {title}\n" for title in TITLES) + "\n")


@every_theme
def test_nothing_is_listed_where_there_is_one_title_or_nobody_asked(theme: str) -> None:
    assert jumps(composed(theme, SECTIONS[0], contents="list").html) == []
    assert jumps(composed(theme, *SECTIONS, contents="none").html) == []
    unasked = composed(theme, *SECTIONS)
    titled = ["News & notes", "سوق"] if theme == "bulletin" else []
    assert [title for title, _ in jumps(unasked.html)] == titled
    assert "In this issue" not in unasked.text


def test_the_web_has_every_story_of_a_section_that_the_email_cuts() -> None:
    assert [entry.anchor for entry in contents_of(SECTIONS).entries] == ANCHORS
    whole = [entry.anchor for entry in contents_of(SECTIONS, whole=True).entries]
    assert whole == [*ANCHORS[:-1], "late_2", "paid"]


@every_theme
@pytest.mark.parametrize(
    ("language", "one", "four"),
    [
        ("en", "1 min read", "4 min read"),
        ("de", "1 Min. Lesezeit", "4 Min. Lesezeit"),
        ("it", "1 minuto di lettura", "4 minuti di lettura"),
        ("fr", "1 minute de lecture", "4 minutes de lecture"),
        ("ar", "دقيقة قراءة واحدة", "4 دقائق قراءة"),
    ],
)
def test_the_reading_time_stands_beside_the_date(theme: str, language: str, one: str, four: str) -> None:
    rate = {"en": 228, "de": 179, "it": 188, "fr": 195, "ar": 138}[language]
    for count, words in ((1, one), (4 * rate, four)):
        made = composed(
            theme, TextSection(type="text", text="word " * count), language=language, reading_time="yes"
        )
        assert f"\n{words}\n" in made.text
        assert re.search(rf"(·|<br>) ?<bdi>{words}</bdi>", made.html.replace("\N{NO-BREAK SPACE}", " "))


@every_theme
def test_no_reading_time_for_no_words_and_when_nobody_asked(theme: str) -> None:
    empty = composed(theme, DividerSection(type="divider"), reading_time="yes")
    for made in (empty, composed(theme, *SECTIONS)):
        assert not re.search(r"min\sread", made.html + made.text)


@pytest.mark.parametrize("wrong", [{"contents": "perhaps"}, {"reading_time": "1"}])
def test_other_values_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        composed("gazette", *SECTIONS, **wrong)
    assert set(refused.value.fields) == set(wrong)
