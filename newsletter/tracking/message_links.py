"""The links of a mailing's message as its publication wants them: counted, through the redirect, with UTM."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tracking_tokens import CANARY_LINK, EVERYBODY_SLOT, READER_SLOT
from newsletter.publications.models import Publication, TrackingMode
from newsletter.publications.untracked_links import is_untracked
from newsletter.redirects.models import MailingLink
from newsletter.redirects.record import add_links, is_own
from newsletter.rendering.render_input import TrackingInput
from newsletter.tracking.utm import with_utm


@dataclass(frozen=True)
class MessageLinks:
    """The links of one mailing.

    plain: what leads straight to a page, with its UTM parameters. redirected: through the redirect, but not
    counted. tracked: counted. home: where the canary link leads, should a person ever find it.
    """

    mailing_id: int
    mode: TrackingMode
    plain: dict[str, str]
    redirected: Sequence[MailingLink]
    tracked: Sequence[MailingLink]
    home: str

    def addresses(self, links: Links, *, carry_targets: bool) -> tuple[dict[str, str], TrackingInput | None]:
        """What stands in the message for each URL, and what of it is counted.

        `carry_targets`: whether counted links say where they lead, so that no database need be asked.
        """
        redirects = self.plain | {row.url: links.redirect(row.id) for row in self.redirected}
        if self.mode is TrackingMode.OFF:
            return redirects, None

        def tracked(link_id: int, target: str) -> str:
            return links.tracked_link(self.mailing_id, link_id, target if carry_targets else "")

        tells_apart = self.mode is TrackingMode.INDIVIDUAL
        return redirects, TrackingInput(
            slot=READER_SLOT if tells_apart else EVERYBODY_SLOT,
            links={row.url: tracked(row.id, row.target) for row in self.tracked},
            pixel=links.pixel(self.mailing_id),
            # Where nobody is told apart, it could not say which clicks are the scanner's.
            canary=links.tracked_link(self.mailing_id, CANARY_LINK, self.home) if tells_apart else "",
        )


def are_redirected(publication: Publication) -> bool:
    """Whether links of its mailings lead through our redirect."""
    return publication.redirect_links or publication.tracking is not TrackingMode.OFF


def changes_links(publication: Publication) -> bool:
    """Whether the links of its mailings are not those of the document."""
    return are_redirected(publication) or publication.utm_parameters


def record_message_links(
    session: Session,
    publication: Publication,
    mailing_id: int,
    urls: Sequence[str],
    links: Links,
    *,
    same_issue: Collection[int],
    campaign: str,
    untracked: Collection[str] = (),
) -> MessageLinks:
    """Give the links of a mailing their rows. `urls`: each once, in the order of the message.

    Pages of our own stay as they are. `same_issue`: the ids of all mailings of its issue; what was mended
    after one of them leads where that one's link does. `campaign`: the name of the issue in UTM parameters.
    `untracked`: what is not counted in this issue, beside what the publication never counts.
    """
    mode, lines = publication.tracking, publication.untracked_links
    foreign = [url for url in urls if not is_own(url, links)]
    targets = {url: with_utm(url, publication.slug, campaign) for url in foreign}
    if not publication.utm_parameters:
        targets = {url: url for url in foreign}
    counted = {
        url
        for url in foreign
        if mode is not TrackingMode.OFF and url not in untracked and not is_untracked(url, lines)
    }
    through = {url: to for url, to in targets.items() if url in counted or publication.redirect_links}
    rows = add_links(session, mailing_id, through, same_issue=same_issue)
    return MessageLinks(
        mailing_id=mailing_id,
        mode=mode,
        plain={url: to for url, to in targets.items() if url not in through and to != url},
        redirected=[row for row in rows if row.url not in counted],
        tracked=[row for row in rows if row.url in counted],
        home=links.archive(publication.slug),
    )
