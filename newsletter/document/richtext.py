"""The small Markdown of text fields: bold, italic, links, lists, line breaks. Nothing else is special.

A line break in the source is a line break in the result, as people who type into a box expect.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.document.merge import DEFAULTS, TOKENS, Masked, Substitution, mask
from newsletter.document.url_key import normal_url

REMEMBERED = 1_000  # texts, of some hundred octets each
DEEPEST_LIST = 9  # lists inside lists; any mail program has room for fewer
DEEPEST_MARKS = 20  # bold inside italic inside bold …

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_SPECIAL = re.compile(r"([\\`*_\[\]()<>&])")
_BREAKS = ("softbreak", "hardbreak")
_LIST_MARK = re.compile(r"^(\s*)([-+*]|\d+[.)])(?=\s|$)", re.MULTILINE)


class AnyScheme(MarkdownIt):
    """A parser that takes `[x](javascript:…)` for a link, to be refused by its address, and not for text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name and argument
        """Every address is one."""
        return True


def to_html(text: str, substitution: Substitution = DEFAULTS) -> str:
    """Safe HTML of `text`: `p br strong em a ul ol li`, nothing else; merge fields filled and escaped."""
    if "{{" in text or substitution.redirect:
        return _html(text, substitution)
    return _static_html(text)


def to_inline_html(text: str, substitution: Substitution = DEFAULTS) -> str:
    """The same for one line: `br strong em a` without a paragraph around it."""
    masked = mask(text)
    tokens = _parser().parseInline(masked.text)
    _fill(tokens, masked, substitution)
    return _clean(_parser().renderer.render(tokens, _parser().options, {}))


def to_plain(text: str, substitution: Substitution = DEFAULTS, *, links: bool = True) -> str:
    """`text` for people who read plain text: `label (https://…)`, `- ` for entries, no other marks.

    With `links=False` only the labels stay, for what is cut or counted.
    """
    if "{{" in text or substitution.redirect:
        return _plain(text, substitution, links)
    return _static_plain(text, links)


@dataclass(frozen=True)
class Shape:
    """What a text is made of, found without writing it out.

    urls:     the addresses that it links to, in order, merge fields still as tokens.
    lists:    how many lists stand inside each other, at most one more than `DEEPEST_LIST`.
    marks:    how many marks (bold, italic, link) stand inside each other.
    elements: how many HTML elements it becomes.
    """

    urls: tuple[str, ...] = ()
    lists: int = 0
    marks: int = 0
    elements: int = 1


@lru_cache(maxsize=REMEMBERED)
def shape(text: str) -> Shape:
    """The shape of `text`. Raises DocumentInvalid for a broken merge field."""
    tokens = _filled(mask(text), TOKENS)
    inside = [child for token in tokens for child in token.children or []]
    return Shape(
        urls=tuple(str(child.meta["url"]) for child in inside if child.type == "link_open"),
        lists=max((token.level for token in tokens if token.type.endswith("_list_open")), default=-2) // 2
        + 1,
        marks=max((child.level for child in inside), default=0),
        elements=sum(
            (token.nesting == 1 and not token.hidden) or token.type in _BREAKS for token in (*tokens, *inside)
        ),
    )


def link_urls(text: str) -> list[str]:
    """The addresses that `text` links to, in order, merge fields still as tokens."""
    return list(shape(text).urls) if "](" in text else []


def escape(text: str) -> str:
    """`text` such that nothing in it is special; merge fields stay what they are."""
    masked = mask(text)
    escaped = _SPECIAL.sub(r"\\\1", masked.text)
    return masked.restore(_LIST_MARK.sub(lambda match: match[1] + _escape_mark(match[2]), escaped))


def _escape_mark(mark: str) -> str:
    return f"{mark[:-1]}\\{mark[-1]}"


def _html(text: str, substitution: Substitution) -> str:
    return _clean(_parser().renderer.render(_filled(mask(text), substitution), _parser().options, {}))


def _plain(text: str, substitution: Substitution, links: bool) -> str:
    return _Plain(links).write(_filled(mask(text), substitution))


# An issue is rendered again after each change, which is to one of its texts: the others are remembered,
# where they are the same whatever is filled in.


@lru_cache(maxsize=REMEMBERED)
def _static_html(text: str) -> str:
    return _html(text, DEFAULTS)


@lru_cache(maxsize=REMEMBERED)
def _static_plain(text: str, links: bool) -> str:
    return _plain(text, DEFAULTS, links)


@cache
def _parser() -> MarkdownIt:
    rules = ["list", "emphasis", "link", "newline", "escape", "entity"]
    # A list is two levels, and what is nested deeper than markdown-it goes would be left out.
    nesting = 2 * (DEEPEST_LIST + 2)
    return AnyScheme("zero", {"html": False, "breaks": True, "maxNesting": nesting}).enable(rules)


def _filled(masked: Masked, substitution: Substitution) -> list[Token]:
    tokens = _parser().parse(masked.text)
    _fill(tokens, masked, substitution)
    return tokens


def _fill(tokens: Sequence[Token], masked: Masked, substitution: Substitution) -> None:
    """Fill the merge fields in the parsed text, where a value can no longer become Markdown or HTML."""
    for token in tokens:
        if token.type == "inline":
            _fill(token.children or [], masked, substitution)
        elif token.type == "link_open":
            url = masked.substitute(str(token.attrs["href"]), substitution.url_part)
            token.attrs["href"] = substitution.redirected(url)
            token.meta["url"] = url
        elif token.content:
            token.content = masked.substitute(token.content, substitution.word)


def _clean(html: str) -> str:
    cleaned = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    return re.sub(r"<a(?: href=\"\")?>(.*?)</a>", r"\1", cleaned, flags=re.DOTALL).strip()


class _Plain:
    """Writes parsed Markdown as plain text."""

    def __init__(self, links: bool) -> None:
        self.links = links
        self.blocks: list[str] = []
        self.lists: list[int | None] = []  # one per open list: the next number, or None for bullets
        self.mark = ""

    def write(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            step = self._steps().get(token.type)
            if step:
                step(token)
        return "\n".join(self.blocks).strip("\n")

    def _steps(self) -> dict[str, Callable[[Token], None]]:
        return {
            "bullet_list_open": self._open_list,
            "ordered_list_open": self._open_list,
            "bullet_list_close": self._close_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._open_entry,
            "inline": self._add_paragraph,
        }

    def _open_list(self, token: Token) -> None:
        if not self.lists and self.blocks:
            self.blocks.append("")
        self.lists.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)

    def _close_list(self, _: Token) -> None:
        self.lists.pop()

    def _open_entry(self, _: Token) -> None:
        number = self.lists[-1]
        self.mark = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def _add_paragraph(self, token: Token) -> None:
        words = _words(token.children or [], self.links)
        if not self.lists:
            self.blocks.extend([""] if self.blocks else [])
            self.blocks.append(words)
            return
        first = "  " * (len(self.lists) - 1) + self.mark
        self.blocks.append(first + words.replace("\n", "\n" + " " * len(first)))
        self.mark = "  "


def _words(children: Sequence[Token], links: bool) -> str:
    written: list[str] = []
    starts: list[tuple[int, str, str]] = []
    for child in children:
        if child.type in _BREAKS:
            written.append("\n")
        elif child.type == "link_open":
            starts.append((len(written), str(child.meta["url"]), str(child.attrs["href"])))
        elif child.type == "link_close":
            start, url, leads_to = starts.pop()
            label = "".join(written[start:])
            if links and leads_to:
                written[start:] = [_followed_by(label, url, leads_to)]
        else:
            written.append(child.content)
    return "".join(written)


def _followed_by(label: str, url: str, leads_to: str) -> str:
    """A link in plain text: where it leads, and its label unless that is the address itself."""
    if _same(label, url):
        return label if leads_to == url else leads_to
    return f"{label} ({leads_to})" if label else leads_to


def _same(label: str, url: str) -> bool:
    shown = unescape(label)
    return shown in (url, unquote(url)) or normal_url(shown) == url
