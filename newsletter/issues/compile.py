"""Compile an issue: from database rows to a message in which only the recipient's slots are open.

Rows are copied into frozen dataclasses first; the renderer knows neither database nor web.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import mailto
from newsletter.core.idn import to_ascii_domain
from newsletter.core.links import Links
from newsletter.core.zones import zone_or_utc
from newsletter.document import Document
from newsletter.document.translate import in_edition
from newsletter.issues.content import IssueContent, load_content
from newsletter.issues.library import media_image, with_library_texts
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing
from newsletter.publications.find_template import template_in_use
from newsletter.publications.models import Publication
from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.render_input import IssueInput, IssueLinks, PublicationInput, RenderInput
from newsletter.rendering.variant import EVERYTHING, Variant

LOGO_WIDTH = 600


def compile_issue(
    session: Session,
    revision: Revision,
    publication: Publication,
    links: Links,
    *,
    mailing_id: int = 0,
    variant: Variant = EVERYTHING,
    mark: str = "",
    content: IssueContent | None = None,
    proof: bool = False,
) -> CompiledMessage:
    """The message of `revision`, rendered, inlined and with its header: the same for all who get `variant`.

    `mailing_id` 0 is for previews; `mark` stands before the subject of what is no mailing; `content` is that
    of `revision`, where it is loaded already; the links of a `proof` lead to a preview while the issue has no
    page. Publish the issue first, so that it says its number and day.
    Takes tens of milliseconds. Raises `Refused` with fields for facts that cannot stand in a message (a
    sender that is no address, an image that is not in the library), `OperatorMustAct` for a broken template.
    """
    return compile_from(
        compile_input(
            session,
            revision,
            publication,
            links,
            mailing_id=mailing_id,
            variant=variant,
            mark=mark,
            content=content,
            proof=proof,
        )
    )


def compile_input(
    session: Session,
    revision: Revision,
    publication: Publication,
    links: Links,
    *,
    mailing_id: int = 0,
    variant: Variant = EVERYTHING,
    mark: str = "",
    content: IssueContent | None = None,
    proof: bool = False,
) -> CompileInput:
    """Everything that `compile_issue` makes the message of, for whoever wants to make it again later."""
    content = content or load_content(session, revision, publication)
    given = render_input(session, revision, content, publication, links, variant=variant)
    if proof:
        given = replace(given, links=_proof_links(session, revision, given.links, links, variant.edition))
    return CompileInput(given, message_headers(publication, links, mailing_id), mark)


def render_input(
    session: Session,
    revision: Revision,
    content: IssueContent,
    publication: Publication,
    links: Links,
    *,
    variant: Variant = EVERYTHING,
) -> RenderInput:
    """Everything that the rendered issue depends on, copied from the rows; in the language of `variant`."""
    issue = session.get_one(Issue, revision.issue_id)
    translated = in_edition(with_library_texts(content.document, content.media), variant.edition)
    return RenderInput(
        document=translated.document,
        publication=PublicationInput(
            name=publication.name,
            postal_address=publication.postal_address,
            language=publication.language,
            tagline=publication.description.partition("\n")[0],
            site_url=links.archive(publication.slug),
            logo=media_image(links, content.logo, LOGO_WIDTH) if content.logo else None,
            header=media_image(links, content.header) if content.header else None,
            header_dark=media_image(links, content.header_dark) if content.header_dark else None,
            tokens=publication.theme_tokens,
        ),
        issue=IssueInput(number=_number(session, issue), date=issue_day(issue, publication)),
        links=_issue_links(session, issue, publication, content.document, links, edition=variant.edition),
        media={
            source.removeprefix("media:"): media_image(links, row) for source, row in content.media.items()
        },
        theme=publication.theme,
        template=template_in_use(session, publication),
        variant=variant,
        untranslated=tuple(sorted(translated.untranslated)),
        original_language=content.document.language or publication.language,
    )


def message_headers(publication: Publication, links: Links, mailing_id: int = 0) -> MessageHeaders:
    """The facts that the header of an issue's message is built from."""
    domain = sender_domain(publication)
    sender_id = hashlib.sha256(domain.encode()).hexdigest()[:12]
    return MessageHeaders(
        from_email=publication.sender_email,
        from_name=publication.sender_name or publication.name,
        reply_to=publication.reply_to,
        list_id=f"{publication.slug}.{domain}" if domain else "",
        list_name=publication.name,
        unsubscribe=True,
        # Beside it a mailto only where our listener takes it: nobody else would read it and act at once.
        unsubscribe_domain=links.mail_domain,
        help_url=links.subscribe(publication.slug),
        owner=_owner(publication),
        archive_url=links.archive(publication.slug),
        feedback_id=f"{mailing_id}:{publication.slug}:digest:{sender_id}",
    )


def _owner(publication: Publication) -> str:
    """Where the sender is reached, as a URI; empty for an address that is none, which has its own check."""
    try:
        return mailto(publication.reply_to or publication.sender_email)
    except ValueError:
        return ""


def sender_domain(publication: Publication) -> str:
    """The domain of the publication's sender in ASCII, for Message-IDs and the List-Id; empty without one."""
    domain = publication.sender_email.rpartition("@")[2].strip().lower()
    try:
        return to_ascii_domain(domain)
    except ValueError:  # a name that IDNA refuses; the sender's own check says so
        return ""


def origin(links: Links, mailing: Mailing) -> str:
    """What tells this mailing from one with its number elsewhere or earlier; for `recipient_values`."""
    return f"{links.public_url} {mailing.created_at.astimezone(UTC).isoformat()}"


def issue_day(issue: Issue, publication: Publication) -> date:
    """The day of the issue in the publication's zone: when it was published, or today."""
    return local_day(issue.published_at or clock.now(), publication)


def local_day(moment: datetime, publication: Publication) -> date:
    """The day that `moment` falls on in the publication's zone."""
    return moment.astimezone(zone_or_utc(publication.timezone)).date()


def _issue_links(
    session: Session,
    issue: Issue,
    publication: Publication,
    document: Document,
    links: Links,
    *,
    edition: str,
) -> IssueLinks:
    if issue.corrects_issue_id is not None:
        # It has no page of its own: on the web, its readers read what it is about.
        corrected = session.get_one(Issue, issue.corrects_issue_id)
        return IssueLinks(
            archive_url=links.issue(publication.slug, corrected.slug),
            subscribe_url=links.subscribe(publication.slug),
        )
    if issue.summary_month is not None:
        return IssueLinks(
            archive_url=links.archive(publication.slug), subscribe_url=links.subscribe(publication.slug)
        )
    return IssueLinks(
        archive_url=links.issue(publication.slug, document.slug, edition),
        view_in_browser_url=links.issue_email(publication.slug, document.slug, edition),
        subscribe_url=links.subscribe(publication.slug),
    )


def _proof_links(
    session: Session, revision: Revision, real: IssueLinks, links: Links, edition: str
) -> IssueLinks:
    """The links of a test message: until the issue has a page, they lead to signed previews of `revision`."""
    issue = session.get_one(Issue, revision.issue_id)
    if issue.published_revision is not None or not issue.is_regular:
        return real
    preview, email = links.preview(revision.id, edition), links.preview_email(revision.id, edition)
    return replace(real, archive_url=preview, view_in_browser_url=email)


def _number(session: Session, issue: Issue) -> int | None:
    """The number of the issue, or the one it gets when it is published next; None where it has none."""
    if issue.number is not None or not issue.is_regular:
        return issue.number
    highest = session.scalar(
        select(func.max(Issue.number)).where(Issue.publication_id == issue.publication_id)
    )
    return (highest or 0) + 1
