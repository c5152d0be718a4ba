"""The small forms inside a Markdown text: a link entry, a lone image, a quotation with its author."""

import re
from typing import Any

from newsletter.document.merge import mask
from newsletter.document.richtext import to_plain

_URL = r"<?(?P<url>(?:[^\s()<>]|\([^\s()<>]*\))*)>?"
_TITLE = r"(?:\s+\"(?P<title>(?:[^\"\\]|\\.)*)\")?"
_LABEL = r"(?P<label>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)"
_LINK = re.compile(rf"(?P<strong>\*\*)?\[{_LABEL}\]\(\s*{_URL}{_TITLE}\s*\)(?(strong)\*\*)", re.DOTALL)
_CAPTION = r"(?:\n+(?P<caption>[*_][^\n]+[*_]))?"
_IMAGE = re.compile(rf"!\[{_LABEL}\]\(\s*{_URL}{_TITLE}\s*\){_CAPTION}", re.DOTALL)
_LINKED_IMAGE = re.compile(rf"\[(?P<image>!\[[^\]]*\]\([^)]*\))\]\(\s*{_URL}\s*\)(?P<below>\n[^\n]*)?")
_JOIN = re.compile(r"^\s*(?:[–—:]|-{1,2}(?=\s))?\s*")
_OUTLET = re.compile(r"\s*\((?P<outlet>[^()\n]{1,120})\)\.?$")
_AUTHOR_LINE = re.compile(r"\n?(?:—|–|--)\s*(?P<words>[^\n]+)$")
_HANDLE = re.compile(r"\s*\((?P<handle>@[^\s()]+)\)")
_PERMALINK = re.compile(r",?\s*<?(?P<url>https?://[^\s<>]+)>?\s*$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def item_of(source: str) -> dict[str, Any] | None:
    """The item of a list entry that begins with a link, None for any other entry."""
    masked = mask(source)
    link = _LINK.match(masked.text)
    if not link:
        return None
    rest = masked.restore(_JOIN.sub("", masked.text[link.end() :], count=1)).strip()
    item: dict[str, Any] = {
        "headline": _one_line(to_plain(masked.restore(link["label"]), links=False)),
        "url": masked.restore(link["url"]),
    }
    outlet = _OUTLET.search(rest)
    if outlet:
        item["provenance"] = {"outlet": outlet["outlet"].strip().strip("*_")}
        rest = rest[: outlet.start()]
    if rest:
        item["blurb"] = rest
    return item


def image_of(source: str) -> dict[str, Any] | None:
    """The image section of a paragraph that holds one image and at most an italic caption, else None."""
    linked = _LINKED_IMAGE.fullmatch(source.strip())
    image = _IMAGE.fullmatch(linked["image"] + (linked["below"] or "") if linked else source.strip())
    if not image:
        return None
    fields = {"src": image["url"], "alt": _one_line(image["label"])}
    caption = (image["caption"] or "").strip("*_") or image["title"]
    if caption:
        fields["caption"] = _one_line(caption)
    section: dict[str, Any] = {"type": "image", "image": fields}
    return section | ({"url": linked["url"]} if linked else {})


def quote_of(source: str) -> dict[str, Any]:
    """The quotation in a block quote; what its last line says of the author becomes fields."""
    text = "\n".join(re.sub(r"^\s*>\s?", "", line).rstrip() for line in source.split("\n")).strip()
    author = _AUTHOR_LINE.search(text)
    if not author:
        return {"text": text}
    words = author["words"].strip()
    quote: dict[str, Any] = {"text": text[: author.start()].rstrip()}
    permalink = _PERMALINK.search(words)
    if permalink:
        quote["permalink"] = permalink["url"]
        words = words[: permalink.start()]
    handle = _HANDLE.search(words)
    if handle:
        quote["handle"] = handle["handle"]
        words = words.replace(handle[0], "", 1)
    name, *others = [part.strip() for part in words.split(",") if part.strip()] or [""]
    quote["author"] = name
    days = [part for part in others if _DAY.fullmatch(part)]
    networks = [part for part in others if part not in days]
    return (
        quote | ({"date": days[0]} if days else {}) | ({"network": ", ".join(networks)} if networks else {})
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
