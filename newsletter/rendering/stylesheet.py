"""Stylesheet: which rules can become style attributes, and which must stay in `<style>`.

What stays: at-rules (`@media`, `@font-face`, …), selectors with pseudo-classes that depend on the reader
(`a:hover`), the universal selector, and selectors that only match in one mail program (`u + .body`,
`[data-ogsc] …`, `.ExternalClass`). A rule that stays competes with style attributes, so its declarations
become `!important`. Rules for classes that the document does not use are left out: size matters in mail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LEXEME = re.compile(
    r"""/\*.*?(?:\*/|\Z)|<!--|-->|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)|[{}();,]|\\.|[^{}();,/"'\\<u-]+|.""",
    re.DOTALL,
)
_NAME = r"((?:[\w-]|[^\x00-\x7f]|\\.)+)"
_CLASS_OR_ID = re.compile(rf"[.#]{_NAME}")
_CLASS = re.compile(rf"\.{_NAME}")
_NOT_A_NAME = re.compile(r"\[[^\]]*\]|\([^()]*\)|\"[^\"]*\"|'[^']*'")
_MAIL_PROGRAM = re.compile(
    r"^u\s*[+~]|\[data-og|\[owa\]|\[class[~^*]?=.?x_|\.(?:ExternalClass|ReadMsgBody|moz-text|gmail_|msg-)"
    r"|#(?:outlook|MessageViewBody|MessageWebViewDiv|yiv)",
    re.IGNORECASE,
)
_RESOLVED = (
    "first-child",
    "last-child",
)  # any other pseudo-class depends on the reader, or premailer leaves it
_GROUPS = ("@media", "@supports", "@layer", "@container")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Rule:
    """A statement of CSS: a selector or at-rule, and its block (None for a statement such as `@import …`)."""

    prelude: str
    block: str | None


@dataclass(frozen=True)
class Stylesheet:
    """A stylesheet in two: for style attributes, and for `<style>`."""

    inlinable: tuple[str, ...]  # rule by rule
    kept: str


def split_stylesheet(css: str, used: frozenset[str]) -> Stylesheet:
    """Part `css` for a document whose elements have the classes (`.a`) and ids (`#b`) in `used`."""
    inlinable: list[str] = []
    kept: list[str] = []
    for rule in _remembered(css):
        if rule.prelude.startswith("@"):
            kept.extend(_keep_at_rule(rule, used))
            continue
        stay: list[str] = []
        move: list[str] = []
        for selector in _split_list(rule.prelude):
            if _must_stay(selector):
                stay.append(selector)
            elif _may_match(selector, used):  # the others would only cost premailer time
                move.append(selector)
        if move:
            inlinable.append(f"{','.join(move)}{{{rule.block}}}")
        kept.extend(_keep_rule(stay, rule.block or "", used))
    return Stylesheet(tuple(inlinable), "\n".join(kept))


@lru_cache(maxsize=32)
def _remembered(css: str) -> tuple[Rule, ...]:
    """The rules of a stylesheet; one theme's is the same for every message in the same colours."""
    return tuple(parse_rules(css))


def parse_rules(css: str) -> Iterator[Rule]:
    """The top-level rules of `css`, without comments; what is left open at the end is closed."""
    prelude: list[str] = []
    block: list[str] = []
    depth = 0
    for lexeme in _lexemes(css):
        inside = depth > 0
        depth = max(0, depth + (lexeme == "{") - (lexeme == "}"))
        if inside and depth:
            block.append(lexeme)
        elif inside or lexeme == ";":
            yield from _rule(prelude, block if inside else None)
            prelude, block = [], []
        elif lexeme not in "{}":
            prelude.append(lexeme)
    if depth:
        yield from _rule(prelude, [*block, "}" * (depth - 1)])


def _rule(prelude: list[str], block: list[str] | None) -> Iterator[Rule]:
    if words := _tidy("".join(prelude)):
        yield Rule(words, None if block is None else _tidy("".join(block)))


def named_classes(css: str) -> frozenset[str]:
    """Every class that a selector in `css` may name; some words too many do no harm."""
    return frozenset(_unescape(name) for name in _CLASS.findall(css))


def _lexemes(css: str) -> Iterator[str]:
    for match in _LEXEME.finditer(css):
        lexeme = match[0]
        if lexeme.startswith("/*"):
            yield " "
        elif lexeme not in ("<!--", "-->"):
            yield lexeme


def _tidy(css: str) -> str:
    return _SPACE.sub(" ", css).strip()


def _must_stay(selector: str) -> bool:
    if _MAIL_PROGRAM.search(selector) or "*" in _NOT_A_NAME.sub("", selector):
        return True
    if "," in selector or selector.startswith(":"):  # premailer would cut or skip it
        return True
    _, colon, pseudo = selector.partition(":")
    return bool(colon) and pseudo not in _RESOLVED


def _keep_at_rule(rule: Rule, used: frozenset[str]) -> Iterator[str]:
    word = rule.prelude.split(None, 1)[0].split("(", 1)[0].lower()
    if word == "@charset":
        return
    if rule.block is None:
        yield f"{rule.prelude};"
    elif word in _GROUPS:
        inside = "".join(_keep_group(rule.block, used))
        if inside:
            yield f"{rule.prelude}{{{inside}}}"
    else:
        yield f"{rule.prelude}{{{rule.block}}}"


def _keep_group(block: str, used: frozenset[str]) -> Iterator[str]:
    for rule in parse_rules(block):
        if rule.prelude.startswith("@"):
            yield from _keep_at_rule(rule, used)
        else:
            yield from _keep_rule(_split_list(rule.prelude), rule.block or "", used)


def _keep_rule(selectors: list[str], block: str, used: frozenset[str]) -> Iterator[str]:
    matching = [selector for selector in selectors if _may_match(selector, used)]
    universal = all("*" in _NOT_A_NAME.sub("", selector) for selector in matching)
    declarations = list(_declarations(block))
    if matching and declarations:
        if not universal:  # a universal rule has to give way to every other one
            declarations = [_make_important(declaration) for declaration in declarations]
        yield f"{','.join(matching)}{{{';'.join(declarations)}}}"


def _may_match(selector: str, used: frozenset[str]) -> bool:
    if _MAIL_PROGRAM.search(selector):
        return True
    names = _CLASS_OR_ID.finditer(_NOT_A_NAME.sub("", selector))
    return all(match[0][0] + _unescape(match[1]) in used for match in names)


def _make_important(declaration: str) -> str:
    return declaration if "!important" in declaration.replace(" ", "") else f"{declaration}!important"


def _declarations(block: str) -> Iterator[str]:
    return (declaration for declaration in _split_at(block, ";") if ":" in declaration)


def _split_list(selectors: str) -> list[str]:
    return list(_split_at(selectors, ","))


def _split_at(css: str, separator: str) -> Iterator[str]:
    """Cut at `separator`, but not inside strings and parentheses; empty pieces are left out."""
    piece: list[str] = []
    depth = 0
    for lexeme in (*_lexemes(css), separator):
        if lexeme == separator and depth <= 0:
            if cut := _tidy("".join(piece)):
                yield cut
            piece = []
            continue
        depth += (lexeme == "(") - (lexeme == ")")
        piece.append(lexeme)


def _unescape(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)
