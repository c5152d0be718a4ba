"""Directions of writing in a message: of a text as a whole, and of the names and numbers inside it.

A text in the other direction than its issue gets `dir`. What stands inside a line and may have any direction
(names, dates, telephone numbers, addresses, a reader's own values) is isolated: `<bdi>` in HTML, the isolates
of UAX #9 in plain text, and there only if the line has anything written from right to left.
"""

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from newsletter.core.bidi import (
    FIRST_STRONG_ISOLATE,
    LEFT_TO_RIGHT_ISOLATE,
    POP_ISOLATE,
    first_direction,
    has_rtl,
    isolated,
    main_direction,
)
from newsletter.document.merge import TOKEN
from newsletter.rendering.slots import SlotMode, SlotTable

_NOT_WORDS = re.compile(r"\]\([^)]*\)|https?://\S+|www\.\S+|[^\s@]*@\S+")
# An international number or one with a trunk prefix: not a year, a price or a range.
_PHONE = r"(?<![\w.,:/@-])(?:\+|00(?=\d)|\(?0\d)[\d ()./\u00a0\u2011-]{5,}\d(?![\w@])"
# A URL, email address or handle, without the punctuation of the sentence around it.
_URL = r"https?://[^\s<]*[^\s<.,;:!?)\]}…،؛؟»”]"
_MAILBOX = r"(?<![\w.+@/-])[a-zA-Z0-9_.+-]*@[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?"
_LTR_IN_HTML = re.compile(rf"<[^>]*>|(?P<address>{_URL}|{_MAILBOX})|{_PHONE}")
_PHONE_IN_TEXT = re.compile(rf"https?://\S+|{_PHONE}")
_ISOLATED = re.compile(
    rf"{FIRST_STRONG_ISOLATE}((?:[^<{FIRST_STRONG_ISOLATE}{POP_ISOLATE}]|</?(?:em|strong|a)\b[^>]*>)*){POP_ISOLATE}"
)
_TAG = re.compile(r"<(/?)(\w+)")
_UNMARKED = re.compile(r"(<title>.*?</title>|<[^>]*>)", re.DOTALL)


def direction_of(text: str, around: str) -> str:
    """The `dir` of a text, Markdown or plain, in a document that is written `around` (`rtl` or `ltr`).

    `auto`, by which a browser goes by the first letter, wherever that is right: an Arabic sentence may begin
    with a Latin name, and a merge field with anything.
    """
    words = _NOT_WORDS.sub("", text)
    typed = TOKEN.sub("", words)
    direction = main_direction(typed)
    if not direction:
        return "auto" if "{{" in words else around
    return "auto" if "{{" not in words and first_direction(typed) == direction else direction


def is_turned(text: str, around: str) -> bool:
    """Whether a text is written in the other direction than the document around it."""
    return main_direction(TOKEN.sub("", _NOT_WORDS.sub("", text))) not in ("", around)


def isolates_as_html(html: str) -> str:
    """`html` with `<bdi>` in place of isolates, which fewer mail programs know."""
    return _ISOLATED.sub(_as_bdi, html) if FIRST_STRONG_ISOLATE in html else html


def _as_bdi(match: re.Match[str]) -> str:
    """An isolate whose elements all begin and end in it; any other stays as it is."""
    begun: list[str] = []
    for closing, name in _TAG.findall(match[1]):
        if not closing:
            begun.append(name)
        elif not begun or begun.pop() != name:
            return match[0]
    return match[0] if begun else f"<bdi>{match[1]}</bdi>"


def isolate_ltr_in_html(html: str, around: str) -> str:
    """`html` with `<bdi>` around what is read from left to right where words are not.

    That is telephone numbers, URLs, email addresses and handles: what is no letter at their ends would
    change sides.
    """
    if around != "rtl" and not has_rtl(html):
        return html
    return _LTR_IN_HTML.sub(_each_ltr(lambda found: f'<bdi dir="ltr">{found}</bdi>'), html)


def isolate_phones_in_text(text: str, around: str) -> str:
    """Plain text with its telephone numbers isolated; marks beside a URL would become part of the link."""
    if around != "rtl" and not has_rtl(text):
        return text
    return _PHONE_IN_TEXT.sub(_each_ltr(lambda phone: f"{LEFT_TO_RIGHT_ISOLATE}{phone}{POP_ISOLATE}"), text)


def isolate(text: str, around: str) -> str:
    """A name or date inside a line of plain text, isolated where directions may mix."""
    return isolated(text) if around == "rtl" or has_rtl(text) else text


def address_lines(text: str, around: str) -> Markup:
    """The lines of a postal address as HTML, each of them in its own direction."""
    lines = (isolate_ltr_in_html(str(escape(line)), around) for line in text.strip("\n").split("\n"))
    return Markup("<br>\n").join(Markup(f"<bdi>{line}</bdi>") for line in lines)  # noqa: S704 - escaped


def isolate_slots(html: str, slots: SlotTable) -> str:
    """`html` with `<bdi>` around each place where a reader's own words will stand, but for attributes."""
    if not any(slot.mode is SlotMode.TEXT for slot in slots.slots):
        return html
    places = {slots.placeholder(slot) for slot in slots.slots if slot.mode is SlotMode.TEXT}
    pattern = re.compile("|".join(sorted(places)))
    pieces = _UNMARKED.split(html)
    pieces[::2] = [pattern.sub(r"<bdi>\g<0></bdi>", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _each_ltr(write: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    def written(match: re.Match[str]) -> str:
        is_phone = match[0][0] in "+0(" and sum(character.isdigit() for character in match[0]) >= 7
        return write(match[0]) if is_phone or match.groupdict().get("address") else match[0]

    return written
