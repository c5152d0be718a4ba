"""The click map: the email as it was sent, with the clicks by people behind each link.

It is made of the message that was compiled for the mailing and kept, for nobody in particular. Its links lead
straight to their pages, its pixel and its canary link are left out: a look at the map counts nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.core.links import PIXEL_PATH, REDIRECT_PATH, Links
from newsletter.core.tokens import Purpose
from newsletter.core.tracking_tokens import CANARY_LINK, read_link_token
from newsletter.mailings.lifecycle import find
from newsletter.mailings.models import StoredMessage
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.preview.marked_links import LinkLabel, mark_links
from newsletter.reports.rate import Rate
from newsletter.tracking.report import LinkClicks, link_clicks

# What belongs to one reader alone leads nowhere.
NOBODY = {"unsubscribe_url": "#", "preferences_url": "#"}


@dataclass(frozen=True)
class MappedLink:
    """A counted link of the message. `name`: its words; `clicks`: by people, of those on all its links.

    `people`: of those clicks, how many different readers are known.
    """

    link_id: int
    name: str
    url: str
    target: str
    clicks: Rate
    people: int


class ClickMap:
    """The message of a mailing and its counted links, in the order of the message."""

    def __init__(self, html: str, counted: list[LinkClicks], links: Links) -> None:
        self._html = html
        self._by_id = {link.link_id: link for link in counted}
        self._links = links

    @cached_property
    def links(self) -> list[MappedLink]:
        """The counted links that stand in the message; without one, nothing of it is counted."""
        names: dict[int, str] = {}
        for url, name in mark_links(self._html, lambda _url: None, self._is_hidden).names.items():
            link_id, is_counted = self._read(url)
            if is_counted and link_id in self._by_id:
                names[link_id] = names.get(link_id) or name
        counted = [self._by_id[link_id] for link_id in sorted(names)]
        total = sum(link.clicks.clicks for link in counted)
        return [
            MappedLink(
                *(link.link_id, names[link.link_id], link.url, link.target),
                *(Rate(link.clicks.clicks, total), link.clicks.people),
            )
            for link in counted
        ]

    def marked(self, words: Callable[[MappedLink], tuple[str, str]]) -> str:
        """The document with `words` behind each counted link: the short ones, and those that are read out.

        The links with the most clicks are drawn strong: those with half as many as the first, or more.
        """
        mapped = {link.link_id: link for link in self.links}
        most = max((link.clicks.count for link in mapped.values()), default=0)

        def label_of(url: str) -> LinkLabel | None:
            link_id, _is_counted = self._read(url)
            known = self._by_id.get(link_id)
            if known is None:
                return None
            if link_id not in mapped:
                return LinkLabel(known.target)
            count = mapped[link_id].clicks.count
            return LinkLabel(known.target, *words(mapped[link_id]), strong=bool(count) and 2 * count >= most)

        return mark_links(self._html, label_of, self._is_hidden).html

    def _is_hidden(self, url: str) -> bool:
        """Whether it is the pixel's address or the canary link's."""
        path = self._links.own_path(url)
        return path.startswith(PIXEL_PATH) or self._read(url) == (CANARY_LINK, True)

    def _read(self, url: str) -> tuple[int, bool]:
        """The id of the link that has this address in the message, -1 for others; whether it is counted."""
        token = self._links.own_path(url)
        if not token.startswith(REDIRECT_PATH):
            return -1, False
        first, dot, _reader = token.removeprefix(REDIRECT_PATH).partition(".")
        signer = self._links.signer
        try:
            if dot:
                return read_link_token(signer, first).link_id, True
            return signer.read(Purpose.REDIRECT, first).ids[0], False
        except Missing:  # the keys that signed it were given up since
            return -1, False


def click_map(session: Session, mailing_id: int, links: Links) -> ClickMap | None:
    """The click map of a mailing; None before its message was made. Raises `Missing` without a mailing."""
    find(session, mailing_id)
    stored = session.get(StoredMessage, (mailing_id, ""))
    if stored is None:
        return None
    html = CompiledMessage.from_json(stored.compiled).fill_html(NOBODY)
    return ClickMap(html, link_clicks(session, mailing_id), links)
