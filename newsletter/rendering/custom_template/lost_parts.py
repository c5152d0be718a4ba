"""What a message must have whatever its template looks like: found in the HTML that would be sent.

The unsubscribe link (RFC 8058 asks for one in the body, too), the postal address, the preheader, and the
words of each section. Only letters and digits are compared: a template may set them in capitals.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from newsletter.core.text import one_line
from newsletter.document import richtext
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.quotes import Quote
from newsletter.document.merge import TOKENS, Substitution
from newsletter.document.section import Section
from newsletter.rendering.custom_template.render import bad_template
from newsletter.rendering.render_input import CustomTemplate

WORDS = 6  # of a text, which are enough to know that it is there

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_MARK = re.compile(r"\s*(?:[-+*] |\d+\. )")  # of an entry of a list, which HTML does not have as words
_UNSEEN = frozenset({"head", "style", "script", "title", "template"})


def refuse_lost_parts(template: CustomTemplate, html: str, context: dict[str, Any]) -> None:
    """Raise `Refused` with a sentence for each part that `html` lacks. `context` is that of the template."""
    problems = list(_lost(html, context))
    if problems:
        raise bad_template(template, " ".join(problems))


def _lost(html: str, context: dict[str, Any]) -> Iterator[str]:
    root = lxml_html.document_fromstring(html)
    seen = _letters("".join(_seen_words(root)))
    substitution: Substitution = context["wording"].substitution
    if not _has_link(root, context["unsubscribe_url"]):
        yield "The unsubscribe link is missing: a visible link with {{ unsubscribe_url }} as its href."
    address = context["publication"].postal_address
    if _letters(address) not in seen:
        yield "The postal address is missing: {{ publication.postal_address | postal }}."
    if _letters(context["preheader"]) not in _letters(str(root.text_content())):
        yield "The preheader is missing: {{ preheader }}."
    images = {image.get("src") for image in root.iter("img")}
    for section in context["sections"]:
        for words in _words_of(section):
            if _letters(substitution.words(words)) not in seen:
                yield f"The section “{section.type}” is not shown whole: “{one_line(words)[:60]}” is missing."
                break
        else:
            if section.type == "image" and not _shows(section, images, context):
                yield "The section “image” is not shown whole: its image is missing."


def _shows(section: Any, images: set[str | None], context: dict[str, Any]) -> bool:
    source: str = section.image.src
    stored = context["wording"].media.get(source.removeprefix("media:"))
    url = stored.url if stored else source
    return not url.isascii() or not url or url in images  # others are written in another way


def _words_of(section: Section) -> Iterator[str]:
    """What is certain to be shown of a section: its headlines, or the beginnings of its texts."""
    items = section.shown if isinstance(section, LatestSection) else getattr(section, "items", ())
    headlines = [getattr(each, "headline", "") for each in (section, *items)]
    if any(headlines):
        yield from filter(None, headlines)
        return
    yield _beginning(richtext.to_plain(getattr(section, "text", ""), TOKENS, links=False))
    yield getattr(section, "label", "")
    for item in items:
        if isinstance(item, str):
            yield _beginning(richtext.to_plain(item, TOKENS, links=False))
        elif isinstance(item, Quote):
            yield _beginning(item.text)


def _beginning(text: str) -> str:
    """The first words of `text`, in its first line and before any merge field."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    return " ".join(_MARK.sub("", line.partition("{{")[0], count=1).split()[:WORDS])


def _has_link(root: etree._Element, url: str) -> bool:
    return any(
        link.get("href") == url
        and not any(_is_hidden(each) for each in (link, *link.iterancestors()))
        and (link.text_content().strip() or any(image.get("alt") for image in link.iter("img")))
        for link in root.iter("a")
    )


def _seen_words(element: etree._Element) -> Iterator[str]:
    """The words of `element` that are shown, in their order."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN or _is_hidden(element):
        return
    yield element.text or ""
    for child in element:
        yield from _seen_words(child)
        yield child.tail or ""


def _is_hidden(element: etree._Element) -> bool:
    return bool(_HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
