"""Compile the messages of a mailing: one for each variant, with the links that its publication wants."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.walk import untracked_urls
from newsletter.issues.compile import compile_input
from newsletter.issues.content import load_content
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.compile_input import CompileInput, compile_from, urls_followed
from newsletter.rendering.variant import numbered_variant, stranger_number
from newsletter.tracking.message_links import MessageLinks, changes_links, record_message_links

# Octets of HTML. Gmail cuts a message near 102,000: rather than that, links do not carry where they lead.
LARGEST_WITH_TARGETS = 95_000


def compile_for_mailing(
    session: Session,
    revision: Revision,
    publication: Publication,
    links: Links,
    mailing_id: int,
    *,
    numbers: Collection[int] = (),
) -> list[StoredMessage]:
    """The messages of a mailing, with what they were made of; raises what `compile_issue` raises.

    One is for a stranger, one for strangers of each edition, which the archive shows too, and one for each
    other of the variants that have these numbers. Their links go through our redirect, and are counted, where
    the publication says so; nobody else's message has those.
    """
    content = load_content(session, revision, publication)
    document = content.document
    stranger, *of_editions = stranger_numbers(document, publication.language)
    inputs = {
        number: compile_input(
            *(session, revision, publication, links),
            mailing_id=mailing_id,
            variant=numbered_variant(document, number),
            content=content,
        )
        for number in sorted({stranger, *of_editions, *numbers})
    }
    for number in inputs.keys() - {stranger, *of_editions}:  # the archive shows what a stranger sees
        inputs[number] = _viewed_at(inputs[number], links.sent_variant(mailing_id, number))
    if changes_links(publication):
        issue = session.get_one(Issue, revision.issue_id)
        urls = list(dict.fromkeys(url for given in inputs.values() for url in urls_followed(given)))
        made = record_message_links(
            *(session, publication, mailing_id, urls, links),
            same_issue=session.scalars(select(Mailing.id).where(Mailing.issue_id == issue.id)).all(),
            campaign=issue.slug or str(issue.id),
            untracked=untracked_urls(document),
        )
        inputs = {number: _redirected(given, made, links) for number, given in inputs.items()}
    return [
        StoredMessage(
            mailing_id=mailing_id,
            variant="" if number == stranger else str(number),
            compiled=compile_from(given).to_json(),
            made_of=given.to_json(),
        )
        for number, given in inputs.items()
    ]


def stranger_numbers(document: Document, publication_language: str) -> list[int]:
    """The numbers of what the archive shows: in the issue's own language, then in those of its editions."""
    places = range(len(document.editions) + 1)
    return [stranger_number(document, publication_language, place) for place in places]


def _viewed_at(given: CompileInput, url: str) -> CompileInput:
    if not given.render.links.view_in_browser_url:
        return given
    render = replace(given.render, links=replace(given.render.links, view_in_browser_url=url))
    return replace(given, render=render)


def _redirected(given: CompileInput, made: MessageLinks, links: Links) -> CompileInput:
    with_targets = given.redirected(*made.addresses(links, carry_targets=True))
    if compile_from(with_targets).html_bytes <= LARGEST_WITH_TARGETS:
        return with_targets
    return given.redirected(*made.addresses(links, carry_targets=False))
