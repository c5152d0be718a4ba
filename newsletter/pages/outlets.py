"""The name of the paper, site or agency that a page belongs to."""

import re
from itertools import islice
from urllib.parse import urljoin, urlsplit

from newsletter.pages.html_tree import Element, text_of
from newsletter.pages.plain import NAME, letters, plain_line

_SEPARATOR = re.compile(
    r"\s+[|–—·•:»«/-]+\s+|\s*[|｜–—»]\s*|\s*[:：]{2}\s*|_|"
    r"(?<=[\u3040-\u9fff\uac00-\ud7af])[-—](?=[\u3040-\u9fff\uac00-\ud7af])"
)
_SECOND_LEVEL = frozenset(["co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "gouv"])
_SUBDOMAINS = frozenset(
    [
        "www",
        "www1",
        "www2",
        "m",
        "mobile",
        "amp",
        "news",
        "blog",
        "edition",
        "beta",
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
    ]
)
_FREE_HOSTS = (
    "blogspot.com",
    "wordpress.com",
    "substack.com",
    "medium.com",
    "github.io",
    "ghost.io",
    "tumblr.com",
)
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_ARTICLE = re.compile(r"^(?:the|le|la|der|die|das|el|il|lo)")
MOST_LINKS = 300
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*([^.|,;©]{2,80})", re.IGNORECASE
)


def registrable_host(url: str) -> str:
    """`www.news.example.co.uk` as `example.co.uk`; a blog at a free host keeps its own name."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    for free in _FREE_HOSTS:
        if host.endswith(f".{free}"):
            return f"{host.removesuffix(free).rstrip('.').rpartition('.')[2]}.{free}"
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit():
        return host
    length = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-length:])


def host_letters(url: str) -> str:
    """The letters of a site's address: `the-gazette.example.org` → `thegazetteexample`."""
    host = (urlsplit(url).hostname or "").lower()
    labels = [
        label for label in host.split(".")[:-1] if label not in _SUBDOMAINS and label not in _SECOND_LEVEL
    ]
    return "".join(letters(label) for label in labels)


def clean_outlet(value: object, url: str) -> str:
    """A name of an outlet as metadata give it, without a motto after it; "" where it is only the host."""
    name = plain_line(value, NAME).strip(" |-–—")
    parts = [part for part in _SEPARATOR.split(name) if part]
    if len(parts) > 1 and (own := [part for part in parts if fits_host(part, url)]):
        name = min(own, key=len)
    return "" if is_host(name, url) else name


def is_host(name: str, url: str) -> bool:
    """Whether `name` is nothing but the address of the site, as `www.example.org` or `https://example.org/`."""
    bare = re.sub(r"^(?:https?:)?//|^www\.|/+$", "", name.strip().lower())
    host = (urlsplit(url).hostname or "").lower()
    return bool(bare) and bare in (host, host.removeprefix("www."), registrable_host(url))


def fits_host(name: str, url: str) -> bool:
    """Whether the site's address repeats `name`, as a whole or by the first letters of its words."""
    host = host_letters(url)
    words = [word for word in re.split(r"[\W_]+", name) if word]
    german = re.sub("[äöü]", lambda umlaut: _UMLAUTS[umlaut[0]], name.lower())
    for plain in (letters(name), letters(german)):
        for short in (plain, _ARTICLE.sub("", plain)):
            if len(short) >= 3 and (short in host or (len(host) >= 4 and host in short)):
                return True
    initials = "".join(letters(word)[:1] for word in words)
    return len(initials) >= 3 and initials in (host, host.removeprefix("the"))


def outlet_of_title(title: str, url: str) -> str:
    """The part of a title that the address repeats: “Ferry back | Harbour Gazette” of harbourgazette.org."""
    parts = split_title(title)
    parts = [part for part in (parts[-1:] + re.split(r":\s|：", title)[:1] + parts) if part != title]
    if not parts:
        return ""
    for part in parts:
        if len(part.split()) <= 6 and fits_host(part, url) and not is_host(part, url):
            return plain_line(part, NAME)
    return ""


def outlet_of_home_link(tree: Element, title: str, url: str) -> str:
    """What a link to the home page says, as text or picture, where the title or the address says it too."""
    in_title = [letters(part) for part in split_title(title)[1:]]
    for link in islice(tree.iter("a"), MOST_LINKS):
        address = urlsplit(urljoin(url, (link.get("href") or "#").strip()))
        if (
            address.path not in ("", "/")
            or address.query
            or address.fragment
            or link.get("href") in (None, "#")
        ):
            continue
        pictures = [image.get("alt") or "" for image in link.iter("img")]
        for name in (text_of(link), *pictures, link.get("title") or ""):
            if letters(name) and (
                letters(name) in in_title or (fits_host(name, url) and not is_host(name, url))
            ):
                return plain_line(name, NAME)
    return ""


def outlet_of_copyright(text: str, url: str) -> str:
    """The holder in a page's last lines (“© 2026 Harbour Gazette”), where its address repeats the name."""
    for holder in _COPYRIGHT.findall(text[:2_000]):
        name = re.split(r"\ball rights\b|\balle rechte\b", holder, flags=re.IGNORECASE)[0].strip(" -–—")
        if fits_host(name, url) and not is_host(name, url):
            return plain_line(name, NAME)
    return ""


def split_title(title: str) -> list[str]:
    """The parts of a title between “|”, “–” and other separators."""
    return [part.strip() for part in _SEPARATOR.split(title) if part and part.strip()]
