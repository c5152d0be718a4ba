"""Stylesheet: which rules can become style attributes, and which must stay in `<style>`.

What stays: at-rules (`@media`, `@font-face`, …), selectors with pseudo-classes that depend on the reader
(`a:hover`), the universal selector, and selectors that only match in one mail program (`u + .body`,
`[data-ogsc] …`, `.ExternalClass`). A rule that stays competes with style attributes, so its declarations
become `!important`. Rules for classes that the document does not use are left out: size matters in mail.

tinycss2 reads the CSS (CSS Syntax Level 3). It takes a millisecond or two for each kilobyte, so a stylesheet
is cut into selectors and declarations once, not for each message.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import tinycss2
from tinycss2.ast import AtRule, Node

_MAIL_PROGRAM = re.compile(
    r"^u\s*[+~]|\[data-og|\[owa\]|\[class[~^*]?=.?x_|\.(?:ExternalClass|ReadMsgBody|moz-text|gmail_|msg-)"
    r"|#(?:outlook|MessageViewBody|MessageWebViewDiv|yiv)",
    re.IGNORECASE,
)
# any other pseudo-class depends on the reader, or premailer leaves it
_RESOLVED = ("first-child", "last-child")
_GROUPS = ("media", "supports", "layer", "container")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Selector:
    """One selector of a list. `names`: its classes (`.a`) and ids (`#b`), but for those inside `:not(…)`."""

    text: str
    names: frozenset[str]
    universal: bool

    @property
    def for_mail_program(self) -> bool:
        """Whether it matches only what one mail program makes of the document."""
        return _MAIL_PROGRAM.search(self.text) is not None

    @property
    def must_stay(self) -> bool:
        """Whether it cannot become a style attribute."""
        if self.universal or self.for_mail_program:
            return True
        if "," in self.text or self.text.startswith(":"):  # premailer would cut or skip it
            return True
        _, colon, pseudo = self.text.partition(":")
        return bool(colon) and pseudo not in _RESOLVED

    def may_match(self, used: frozenset[str]) -> bool:
        """Whether a document with the classes and ids `used` may have an element for it."""
        return self.for_mail_program or self.names <= used


@dataclass(frozen=True)
class Rule:
    """A statement of CSS: a selector list or at-rule, and its block (None where it has none: `@import …;`).

    `at` is the keyword of an at-rule in lower case. `rules` stand for the block of `@media` and its like;
    `selectors` and `declarations` are those of a style rule.
    """

    prelude: str
    block: str | None
    at: str = ""
    rules: tuple["Rule", ...] = ()
    selectors: tuple[Selector, ...] = ()
    declarations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stylesheet:
    """A stylesheet in two: for style attributes, and for `<style>`."""

    inlinable: tuple[str, ...]  # rule by rule
    kept: str


def split_stylesheet(css: str, used: frozenset[str]) -> Stylesheet:
    """Part `css` for a document whose elements have the classes (`.a`) and ids (`#b`) in `used`."""
    inlinable: list[str] = []
    kept: list[str] = []
    for rule in parse_rules(css):
        if rule.at:
            kept.extend(_keep_at_rule(rule, used))
            continue
        stay = [selector for selector in rule.selectors if selector.must_stay]
        # Those that match nothing would only cost premailer time.
        move = [each for each in rule.selectors if not each.must_stay and each.may_match(used)]
        if move:
            inlinable.append(f"{','.join(selector.text for selector in move)}{{{rule.block}}}")
        kept.extend(_keep_rule(stay, rule.declarations, used))
    return Stylesheet(tuple(inlinable), "\n".join(kept))


@lru_cache(maxsize=32)  # one theme's is the same for every message in the same colours
def parse_rules(css: str) -> tuple[Rule, ...]:
    """The top-level rules of `css`, without comments; what is left open at the end is closed.

    Rules and declarations that are invalid are left out (CSS Syntax Level 3 §9); nothing is raised.
    """
    return tuple(_rules(_tokens(css)))


@lru_cache(maxsize=64)
def named_classes(css: str) -> frozenset[str]:
    """Every class that a selector in `css` may name; some words too many do no harm."""
    return frozenset(_classes(_tokens(css)))


def _tokens(css: str) -> list[Node]:
    nodes: list[Node] = tinycss2.parse_component_value_list(css, skip_comments=True)
    return nodes


def _rules(nodes: list[Node]) -> Iterator[Rule]:
    for node in tinycss2.parse_stylesheet(nodes, skip_whitespace=True):
        if node.type == "error" or _has_error(node.prelude):
            continue
        if node.type == "at-rule":
            yield from _at_rule(node)
        elif prelude := _tidy(tinycss2.serialize(node.prelude)):
            declarations = tuple(_declarations(node.content))
            yield Rule(prelude, ";".join(declarations), "", (), tuple(_selectors(node.prelude)), declarations)


def _at_rule(node: AtRule) -> Iterator[Rule]:
    prelude = _tidy(f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}")
    at = node.lower_at_keyword
    if node.content is None:
        yield Rule(prelude, None, at)
    elif at in _GROUPS:
        yield Rule(prelude, "", at, tuple(_rules(node.content)))
    elif not _has_error(node.content):
        yield Rule(prelude, _tidy(tinycss2.serialize(node.content)), at)


def _selectors(prelude: list[Node]) -> Iterator[Selector]:
    for nodes in _split_at(prelude, ","):
        names = {f".{name}" for name in _class_names(nodes)}
        names |= {f"#{node.value}" for node in nodes if node.type == "hash"}
        universal = any(node.type == "literal" and node.value == "*" for node in nodes)
        yield Selector(_tidy(tinycss2.serialize(nodes)), frozenset(names), universal)


def _declarations(content: list[Node]) -> Iterator[str]:
    for nodes in _split_at(content, ";"):
        declaration = _tidy(tinycss2.serialize(nodes))
        if ":" in declaration and not _has_error(nodes):
            yield declaration


def _split_at(nodes: list[Node], separator: str) -> Iterator[list[Node]]:
    """Cut at `separator`, but not inside functions and brackets; what is blank is left out."""
    part: list[Node] = []
    for node in [*nodes, None]:
        if node is not None and not (node.type == "literal" and node.value == separator):
            part.append(node)
            continue
        if any(each.type != "whitespace" for each in part):
            yield part
        part = []


def _classes(nodes: list[Node]) -> Iterator[str]:
    yield from _class_names(nodes)
    for node in nodes:
        yield from _classes(_inside(node))


def _class_names(nodes: list[Node]) -> Iterator[str]:
    """The classes in `nodes` themselves, without what stands inside functions and brackets."""
    for dot, name in pairwise(nodes):
        if dot.type == "literal" and dot.value == "." and name.type == "ident":
            yield name.value


def _has_error(nodes: list[Node]) -> bool:
    return any(node.type == "error" or _has_error(_inside(node)) for node in nodes)


def _inside(node: Node) -> list[Node]:
    nodes: list[Node] = getattr(node, "content", None) or getattr(node, "arguments", None) or []
    return nodes


def _tidy(css: str) -> str:
    return _SPACE.sub(" ", css).strip()


def _keep_at_rule(rule: Rule, used: frozenset[str]) -> Iterator[str]:
    if rule.at == "charset":
        return
    if rule.block is None:
        yield f"{rule.prelude};"
    elif rule.at in _GROUPS:
        inside = "".join(_keep_group(rule.rules, used))
        if inside:
            yield f"{rule.prelude}{{{inside}}}"
    else:
        yield f"{rule.prelude}{{{rule.block}}}"


def _keep_group(rules: Iterable[Rule], used: frozenset[str]) -> Iterator[str]:
    for rule in rules:
        if rule.at:
            yield from _keep_at_rule(rule, used)
        else:
            yield from _keep_rule(rule.selectors, rule.declarations, used)


def _keep_rule(
    selectors: Iterable[Selector], declarations: Iterable[str], used: frozenset[str]
) -> Iterator[str]:
    matching = [selector for selector in selectors if selector.may_match(used)]
    declarations = list(declarations)
    if matching and declarations:
        if not all(selector.universal for selector in matching):  # a universal rule gives way to every other
            declarations = [_make_important(declaration) for declaration in declarations]
        yield f"{','.join(selector.text for selector in matching)}{{{';'.join(declarations)}}}"


def _make_important(declaration: str) -> str:
    """With a space before it, which some mail programs need."""
    return f"{_IMPORTANT.sub('', declaration)} !important"
