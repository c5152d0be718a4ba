"""Inline: the theme's CSS becomes style attributes, because many mail programs read no other CSS.

premailer matches and merges the rules; what it would lose is kept from it: it gets the parsed tree, only
rules that can be inlined, and no say in the doctype, in conditional comments or in how the result is written.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from newsletter.core.errors import Refused
from newsletter.core.idn import to_ascii_domain
from newsletter.rendering.parts import Marked, link_names, take_marks, written
from newsletter.rendering.stylesheet import named_classes, split_stylesheet

_DOCTYPE = re.compile(r"\s*(<!doctype[^>]*>)", re.IGNORECASE)
_BODY = re.compile(r"<body[\s>/]", re.IGNORECASE)
_BARE_CONDITION = re.compile(r"<!\[if ([^\]>]*)\]>(?!-->)|<!\[(endif)\]>(?!-->)")
_IS_CONDITIONAL = re.compile(r"\s*(?:\[if\b|<!\[endif\])").match
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style", re.IGNORECASE | re.DOTALL)
# What XML, and so lxml, cannot hold (XML 1.0 §2.2): invisible everywhere, and pasted in by accident.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INDENT = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")
_BLANKS = re.compile(r"[ \t]{2,}")
_BETWEEN_DECLARATIONS = re.compile(r";\s+(?=[a-z-]+:)")
_IRI_HOST = re.compile(r"(https?://(?:[^/?#@]*@)?)([^/?#:@]+)", re.IGNORECASE)
_SCREENS = (None, "", "all", "screen")
_VERBATIM = frozenset({"pre", "textarea", "style", "script", "xmp"})


def inline(html: str) -> str:
    """`html`, a whole document, with its CSS in style attributes; tens of milliseconds for a digest.

    `<style>` keeps what cannot be inlined (see `stylesheet`), in the head; `<style data-premailer="ignore">`
    stays word for word. Elements keep only the classes that CSS still names. Conditional comments stay, other
    comments, control characters and the white space of indentation go. URLs stay as they are, but for IDN
    hosts (A-labels) and characters that no URL may hold. Of two declarations of one property in one rule only
    the last is inlined.

    Raises `Refused` for a document without body, or that cannot be parsed, or whose CSS cannot be applied.
    """
    return _inlined(html)[0]


class InlinedParts(NamedTuple):
    """What `inline` makes, and what is known of its parts (see `parts`).

    fragments: the name and the HTML of each element of a section or item.
    link_names: for each link, the name of the part that it stands in.
    """

    html: str
    fragments: list[tuple[str, str]]
    link_names: list[str]


def inline_parts(html: str) -> InlinedParts:
    """What `inline` makes, with what is known of the sections and items in it."""
    inlined, root, marked = _inlined(html)
    return InlinedParts(inlined, written(marked), link_names(root, marked))


def _inlined(html: str) -> tuple[str, etree._Element, list[Marked]]:
    # It brings cssutils and an HTTP client along: ten megabytes that a process needs with its first message.
    from newsletter.rendering.premailer_adapter import premail

    html = _UNWRITABLE.sub("", html)
    if not _BODY.search(html):
        raise _refused("it has no <body>")
    doctype = _DOCTYPE.match(html)
    root = _parse(_BARE_CONDITION.sub(_reveal, html))
    try:
        css = _take_styles(root)
        premail(root, css)
    except Exception as error:  # premailer, cssutils and cssselect raise whatever they meet
        raise _refused(f"its CSS cannot be applied ({error})") from error
    for style in root.iter("style"):
        style.attrib.pop("data-premailer", None)
    marked = take_marks(root)
    _drop_comments(root)
    _drop_classes(root)
    for element in root.iter(etree.Element):
        _tidy_attributes(element)
    _squeeze(root, verbatim=False)
    return "\n".join([doctype[1] if doctype else "<!doctype html>", *_written(root)]), root, marked


def _parse(html: str) -> etree._Element:
    try:
        parser = etree.HTMLParser()
        root = etree.fromstring(html, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _refused("it is not HTML") from error
    if any("depth" in entry.message for entry in parser.error_log.filter_from_fatals()):
        raise _refused("its elements are nested too deeply")  # and what lies deeper would be lost
    if root is None or root.find("body") is None:
        raise _refused("it has no <body>")
    for link in root.iter("a"):
        after = link.getnext()
        if (
            not len(link)
            and not link.text
            and link.get("href")
            and after is not None
            and after.tag == "table"
        ):
            raise _refused("a link around a table does not work in email: put the link inside a cell")
    if root.find("head") is None:
        root.insert(0, etree.Element("head"))
    return root


def _reveal(match: re.Match[str]) -> str:
    """`<![if !mso]>` as the form that other programs read as two comments."""
    return f"<!--[if {match[1]}]><!-->" if match[1] else "<!--<![endif]-->"


def _take_styles(root: etree._Element) -> list[str]:
    """Take the rules that can be inlined out of the document's stylesheets, and move the rest to the head."""
    used = frozenset(_used_names(root))
    head = root.find("head")
    inlinable: list[str] = []
    for style in list(root.iter("style")):
        if style.get("data-premailer") != "ignore" and style.get("media") in _SCREENS:
            parts = split_stylesheet(style.text or "", used)
            inlinable.extend(parts.inlinable)
            style.text = parts.kept
        if not style.text:
            _remove(style)
            continue
        style.set("data-premailer", "ignore")
        if not any(parent is head for parent in style.iterancestors()):
            _remove(style)
            head.append(style)
    return inlinable


def _used_names(root: etree._Element) -> Iterator[str]:
    for element in root.iter(etree.Element):
        for name in element.get("class", "").split():
            yield f".{name}"
        if element.get("id"):
            yield f"#{element.get('id')}"
        style = element.get("style")
        if style is not None:
            # premailer's cache confuses a style with a selector of the same text; no selector ends so
            element.set("style", f"{style.rstrip('; ')};")


def _remove(element: etree._Element) -> None:
    """Remove `element`, but not the text that follows it."""
    tail, element.tail = element.tail, None
    parent, previous = element.getparent(), element.getprevious()
    if tail and previous is not None:
        previous.tail = (previous.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _drop_comments(root: etree._Element) -> None:
    for comment in list(root.iter(etree.Comment)):
        if _IS_CONDITIONAL(comment.text or ""):
            comment.text = _INDENT.sub("\n", comment.text)
        else:
            _remove(comment)


def _drop_classes(root: etree._Element) -> None:
    """Take away the classes that no CSS names any more."""
    css = list(_remaining_css(root))
    if any("[class" in each for each in css):  # such a selector may mean any class
        return
    named = frozenset[str]().union(*map(named_classes, css))
    for element in root.iter(etree.Element):
        if "class" in element.attrib:
            kept = [name for name in element.get("class").split() if name in named]
            if kept:
                element.set("class", " ".join(kept))
            else:
                del element.attrib["class"]


def _remaining_css(root: etree._Element) -> Iterable[str]:
    yield from (style.text or "" for style in root.iter("style"))
    for comment in root.iter(etree.Comment):
        yield from _STYLE.findall(comment.text or "")


def _tidy_attributes(element: etree._Element) -> None:
    style = element.get("style")
    if style is not None:
        style = _BETWEEN_DECLARATIONS.sub(";", style).rstrip("; ")
        if style:
            element.set("style", style)
        else:
            del element.attrib["style"]
    for name in ("href", "src"):
        url = element.get(name)
        if url and not url.isascii():
            element.set(name, _IRI_HOST.sub(_ascii_host, url, count=1))


def _ascii_host(match: re.Match[str]) -> str:
    """RFC 3987 §3.1: the host of an IRI becomes A-labels; the rest is percent-encoded when it is written."""
    try:
        return f"{match[1]}{to_ascii_domain(match[2])}"
    except ValueError:
        return match[0]


def _written(root: etree._Element) -> Iterator[str]:
    """The document's element and the conditional comments around it."""
    around = (*reversed([*root.itersiblings(preceding=True)]), root, *root.itersiblings())
    for node in around:
        if node is root or _IS_CONDITIONAL(node.text or ""):
            yield etree.tostring(node, method="html", encoding="unicode", with_tail=False)


def _squeeze(element: etree._Element, *, verbatim: bool) -> None:
    """Indentation becomes a line break: white space counts for the size, and shows nothing."""
    verbatim = verbatim or element.tag in _VERBATIM or "white-space" in (element.get("style") or "")
    if not verbatim and element.text and isinstance(element.tag, str):
        element.text = _BLANKS.sub(" ", _INDENT.sub("\n", element.text))
    for child in element:
        if isinstance(child.tag, str):
            _squeeze(child, verbatim=verbatim)
        if not verbatim and child.tail:
            child.tail = _BLANKS.sub(" ", _INDENT.sub("\n", child.tail))


def _refused(problem: str) -> Refused:
    return Refused("html_unusable", f"The HTML of the message cannot be used: {problem}.", {"html": problem})
