"""Merge fields: `{{ first_name | default: "reader" }}`, logic-less tokens with a default.

    token   = "{{" ws name [ws "|" ws "default:" ws string] ws "}}"
    name    = "first_name" / "name" / "email" / "publication_name" / "attributes." key
    key     = a-z *39(a-z / 0-9 / "_")
    string  = DQUOTE *100(any but DQUOTE, backslash and control characters / "\\" DQUOTE / "\\\\") DQUOTE

`{{` and `}}` mean nothing else anywhere in a text, so that a token with a slip in it is told, never mailed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from newsletter.document.errors import DocumentInvalid

NAMES = ("first_name", "name", "email", "publication_name")
LONGEST_DEFAULT = 100

TOKEN = re.compile(
    r"(?<!\{)\{\{[ \t]*(?P<name>[A-Za-z_][\w.]*)[ \t]*"
    r"(?:\|[ \t]*default:[ \t]*"
    r'"(?P<default>(?:[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]|\\["\\])*)"[ \t]*)?'
    r"\}\}(?!\})"
)
_ATTRIBUTE = re.compile(r"attributes\.[a-z][a-z0-9_]{0,39}")
_BRACES = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True)
class MergeField:
    """A value that is filled in per recipient, and what stands there when the recipient has none."""

    name: str
    default: str = ""

    def __str__(self) -> str:
        """The token in its canonical spelling; `parse(str(field)) == [field]`."""
        if not self.default:
            return f"{{{{ {self.name} }}}}"
        escaped = self.default.replace("\\", "\\\\").replace('"', '\\"')
        return f'{{{{ {self.name} | default: "{escaped}" }}}}'


def parse(text: str) -> list[str | MergeField]:
    """The static pieces and merge fields of `text` in order; empty pieces are left out.

    Raises DocumentInvalid when a token is broken, names an unknown field or has too long a default.
    """
    pieces: list[str | MergeField] = []
    end = 0
    for match in TOKEN.finditer(text):
        pieces.extend(_static(text[end : match.start()]))
        pieces.append(_field(match))
        end = match.end()
    pieces.extend(_static(text[end:]))
    return pieces


def substitute(text: str, write: Callable[[MergeField], str]) -> str:
    """`text` with each merge field replaced by what `write` answers for it."""
    if "{{" not in text and "}}" not in text:
        return text
    return "".join(piece if isinstance(piece, str) else write(piece) for piece in parse(text))


@dataclass(frozen=True)
class Substitution:
    """What is written in place of a merge field: one way among words, another inside a URL.

    `redirect`: what a link leads to instead of its URL, which is filled already; None: it leads to its URL.
    """

    word: Callable[[MergeField], str]
    url_part: Callable[[MergeField], str]
    redirect: Callable[[str], str] | None = None

    def words(self, text: str) -> str:
        """`text` with its merge fields filled."""
        return substitute(text, self.word)

    def url(self, url: str) -> str:
        """Where a link to `url` leads: its merge fields filled, and redirected."""
        return self.redirected(substitute(url, self.url_part))

    def redirected(self, url: str) -> str:
        """Where a link to `url`, whose merge fields are filled, leads."""
        return self.redirect(url) if self.redirect else url


DEFAULTS = Substitution(lambda field: field.default, lambda field: quote(field.default, safe=""))
"""For whom nothing is known: web pages, lists, previews."""

TOKENS = Substitution(str, str)
"""Leaves the fields as tokens, for what is processed further."""


def with_defaults(text: str) -> str:
    """`text` as somebody reads it of whom nothing is known: each merge field gives way to its default."""
    return DEFAULTS.words(text)


def fields_in(texts: Iterable[str]) -> list[MergeField]:
    """The different merge fields of some texts, in the order of their first appearance."""
    found: dict[MergeField, None] = {}
    for text in texts:
        found.update(dict.fromkeys(piece for piece in parse(text) if isinstance(piece, MergeField)))
    return list(found)


@dataclass(frozen=True)
class Masked:
    """A text whose merge fields are hidden behind plain words that Markdown and URLs leave alone."""

    text: str
    stem: str
    fields: tuple[MergeField, ...]

    def substitute(self, text: str, write: Callable[[MergeField], str]) -> str:
        """Bring the hidden fields back in `text`, some part of the masked text after processing."""
        if self.stem not in text:
            return text
        return re.sub(rf"{self.stem}(\d+)z", lambda match: write(self.fields[int(match[1])]), text)

    def restore(self, text: str) -> str:
        """Bring the hidden fields back as tokens."""
        return self.substitute(text, str)


def mask(text: str) -> Masked:
    """Hide the merge fields of `text`, so that their quotes, bars and spaces cannot disturb a parser."""
    stem = "mergefield"
    while stem in text:
        stem += "q"
    fields: list[MergeField] = []

    def hide(field: MergeField) -> str:
        fields.append(field)
        return f"{stem}{len(fields) - 1}z"

    masked = substitute(text, hide)
    return Masked(masked, stem, tuple(fields))


def _static(text: str) -> Iterator[str]:
    stray = _BRACES.search(text)
    if stray:
        snippet = text[stray.start() : stray.start() + 30].splitlines()[0]
        advice = 'Write it like {{ first_name | default: "reader" }}.'
        raise DocumentInvalid(f"“{snippet}” is not a complete merge field. {advice}")
    if text:
        yield text


def _field(match: re.Match[str]) -> MergeField:
    name = match["name"]
    if name not in NAMES and not _ATTRIBUTE.fullmatch(name):
        known = ", ".join(NAMES)
        raise DocumentInvalid(
            f"There is no merge field called “{name}”. Known: {known} and attributes.<key>."
        )
    default = re.sub(r"\\(.)", r"\1", match["default"] or "")
    if len(default) > LONGEST_DEFAULT:
        raise DocumentInvalid(f"The default of “{name}” is longer than {LONGEST_DEFAULT} characters.")
    return MergeField(name, default)
