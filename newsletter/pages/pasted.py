"""What an editor pastes of a page that could not be fetched: its text, or its HTML."""

import re

from newsletter.pages.bylines import VISIBLE_BY, clean_visible, looks_like_names
from newsletter.pages.dates import find_date
from newsletter.pages.metadata import read_metadata
from newsletter.pages.page import PageFields
from newsletter.pages.plain import plain_line

MOST_LINES = 8  # below the headline, among which byline and date stand
LONGEST_LINE = 120
MOST_WORDS = 7  # of a line that is a date: “Published on Friday, 27 November 2026 at 8.15 GMT”
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|article|div|p|h1|meta|span|a)\b[^<>]*>", re.IGNORECASE)
# The word for “by” tells the language of a pasted byline.
_BY_LANGUAGES = {"von": "de", "par": "fr", "por": "es", "di": "it", "door": "nl", "av": "sv", "автор": "ru",
                 "текст": "ru", "بقلم": "ar", "מאת": "he"}  # fmt: skip


def read_pasted(text: str, url: str) -> PageFields:
    """The fields of pasted HTML or text. Of text the first line is the headline; a byline and a date are
    recognised in the lines below it, and nothing else is."""
    if _MARKUP.search(text[:200_000]):
        return read_metadata(text, url)
    lines = [line for line in map(plain_line, text[:100_000].splitlines()) if line]
    if not lines:
        return PageFields()
    byline = published = ""
    for line in lines[1 : 1 + MOST_LINES]:
        if len(line) > LONGEST_LINE:
            continue
        byline = byline or _byline(line)
        published = published or _date(line)
    return PageFields(headline=lines[0], byline=byline, published=published)


def _byline(line: str) -> str:
    if not VISIBLE_BY.match(line):
        return ""
    word = re.split(r"[\s:]", line.strip().lower(), maxsplit=1)[0]
    names = clean_visible(line, _BY_LANGUAGES.get(word, "en"))
    return names if looks_like_names(names) else ""


def _date(line: str) -> str:
    """The date in a line that holds little else."""
    return find_date(line, "") if len(re.findall(r"[^\W\d_]{2,}", line)) <= MOST_WORDS else ""
