"""The click map: the email as it was sent, with the clicks by people behind each link.

It is made of the message that was compiled for the mailing and kept, for nobody in particular. Its links lead
straight to their pages, its pixel and its canary link are left out: a look at the map counts nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.core.links import PIXEL_PATH, REDIRECT_PATH, Links
from newsletter.core.tokens import Purpose
from newsletter.core.tracking_tokens import CANARY_LINK, read_link_token
from newsletter.mailings.lifecycle import find
from newsletter.mailings.models import MailingVariant, StoredMessage
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


@dataclass(frozen=True)
class MappedVariant:
    """One of a mailing's messages: its variant (see `StoredMessage`), and how many members it is for."""

    variant: str
    members: int


class ClickMap:
    """The messages of a mailing by variant, and their counted links in the order of the message.

    `variants` is empty where everybody gets the same. A link has one count, whichever message it stands in.
    """

    def __init__(
        self,
        messages: Mapping[str, str],
        variants: list[MappedVariant],
        counted: list[LinkClicks],
        links: Links,
    ) -> None:
        self.variants = variants
        self._messages = messages
        self._by_id = {link.link_id: link for link in counted}
        self._links = links

    @cached_property
    def links(self) -> list[MappedLink]:
        """The counted links that stand in a message; without one, nothing of it is counted."""
        names: dict[int, str] = {}
        for html in self._messages.values():
            for url, name in mark_links(html, lambda _url: None, self._is_hidden).names.items():
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

    def marked(self, words: Callable[[MappedLink], tuple[str, str]], variant: str = "") -> str:
        """The message of a variant with `words` behind each counted link: short ones, and those read out.

        That of a stranger where the variant is unknown. The links with the most clicks are drawn strong:
        those with half as many as the first, or more.
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

        html = self._messages.get(variant, self._messages[""])
        return mark_links(html, label_of, self._is_hidden, self._picture_at).html

    def _picture_at(self, url: str) -> str:
        """Where the page finds a picture: ours on the same server, under whichever name that is asked."""
        is_ours = self._links.own_path(url).startswith("/media/")
        return urlsplit(url).path if is_ours else url

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
    stored = session.execute(
        select(StoredMessage.variant, StoredMessage.compiled)
        .where(StoredMessage.mailing_id == mailing_id)
        .order_by(StoredMessage.variant)
    )
    messages = {
        variant: CompiledMessage.from_json(compiled).fill_html(NOBODY) for variant, compiled in stored
    }
    if "" not in messages:
        return None
    variants = _variants(session, mailing_id, messages)
    return ClickMap(messages, variants, link_clicks(session, mailing_id), links)


def _variants(session: Session, mailing_id: int, variants: Collection[str]) -> list[MappedVariant]:
    """The variants with how many members they are for, the largest first; none where there is only one."""
    if len(variants) == 1:
        return []
    members = Counter(dict.fromkeys(variants, 0))
    for row in session.scalars(select(MailingVariant).where(MailingVariant.mailing_id == mailing_id)):
        members[str(row.number) if str(row.number) in variants else ""] += row.members
    return [MappedVariant(variant, n) for variant, n in members.most_common()]
