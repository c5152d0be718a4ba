"""One headline out of what a page's metadata, its title and its visible text say."""

import re

from newsletter.pages.outlets import fits_host
from newsletter.pages.plain import HEADLINE, letters, plain_line

_LAST_SEPARATOR = re.compile(
    r"(?P<before>.+?)(?:\s+[|–—·•:»/-]+\s+|\s*[|｜»_]\s*|\s*::\s*|\s*[–—]\s*)(?P<last>[^|｜]+)$", re.DOTALL
)
_FIRST_SEPARATOR = re.compile(
    r"(?P<first>[^|｜]+?)(?:\s+[|–—·•:»-]+\s+|\s*[|｜»]\s*|\s*::\s*|:\s+)(?P<rest>.+)$", re.DOTALL
)
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")


def without_outlet(title: str, outlet: str, url: str) -> str:
    """`title` without the outlet before or after it, and without the section between the two."""
    line = plain_line(title, HEADLINE * 2)
    found = False
    for _ in range(4):
        ending = _LAST_SEPARATOR.match(line)
        if not ending:
            break
        is_outlet = _is_outlet(ending["last"], outlet, url)
        is_section = found and len(ending["last"].split()) <= 2 and re.search(r"[|｜»]\s*\S[^|｜»]*$", line)
        if not is_outlet and not is_section:
            break
        found, line = True, ending["before"].strip()
    beginning = _FIRST_SEPARATOR.match(line)
    if beginning and not found and _is_outlet(beginning["first"], outlet, url):
        line = beginning["rest"].strip()
    return plain_line(line, HEADLINE)


def choose_headline(*, visible: str, json_ld: str, open_graph: str, microdata: str, title: str) -> str:
    """The headline of an article where its sources may disagree. All but `visible` are without the outlet.

    What readers see wins where any other source confirms it, or nothing else is there. Else JSON-LD,
    OpenGraph and microdata are believed in this order: they are written for the article, while a lone
    `h1` may be the name of the site or of a section. The `title` of the page comes last, as it is
    written for search engines.
    """
    others = [line for line in (json_ld, open_graph, microdata, title) if line]
    if visible and (not others or any(same_headline(visible, other) for other in others)):
        return _whole(visible, others)
    return next((line for line in (json_ld, open_graph, microdata, visible, title) if line), "")


def same_headline(one: str, other: str) -> bool:
    """Whether two lines are one headline, but for signs, cuts and a word before or after it."""
    from rapidfuzz import fuzz

    first, second = letters(_CUT.sub("", one)), letters(_CUT.sub("", other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    if short in long and len(short) >= 0.6 * len(long):
        return True
    return bool(fuzz.ratio(first, second) >= 85)


def _whole(visible: str, others: list[str]) -> str:
    """`visible`, or what it is cut off from, or what stands behind the kicker that many `h1` begin with."""
    plain = letters(_CUT.sub("", visible))
    for other in others:
        rest = letters(other)
        if _CUT.search(visible) and rest.startswith(plain) and len(rest) > len(plain):
            return other
        if (
            plain.endswith(rest)
            and len(rest) < len(plain)
            and not _CUT.search(other)
            and visible.endswith(other)
        ):
            return other
    return visible


def _is_outlet(part: str, outlet: str, url: str) -> bool:
    name, known = letters(part), letters(outlet)
    if not name:
        return False
    if known and (name == known or name.removeprefix("the") == known.removeprefix("the")):
        return True
    if (
        known
        and len(part.split()) <= 5
        and (name.startswith(known) or known.startswith(name))
        and len(name) >= 3
    ):
        return True
    return len(part.split()) <= 5 and fits_host(part, url)
