"""Check an issue: every rule over the message that would be sent."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from newsletter.approval.demand import lacks_approval
from newsletter.core import clock
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.curation.link_checks.find import find_checked_links
from newsletter.document.translate import in_edition
from newsletter.document.walk import fields_of
from newsletter.document.walk import links as links_of
from newsletter.issues.compile import compile_input, local_day
from newsletter.issues.content import IssueContent, load_content
from newsletter.issues.example import example_values
from newsletter.issues.models import ProofMessage, Revision
from newsletter.issues.snippets.changed import changed_snippets
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.editions import edition_findings, progress_of
from newsletter.preflight.finding import Finding, Level
from newsletter.preflight.place_key import with_keys
from newsletter.preflight.rule_versions import load_settings
from newsletter.preflight.rules import RULES
from newsletter.preflight.sender_checks.find import sender_problems
from newsletter.preflight.spam_checks.find import find_spam_score
from newsletter.preflight.waivers import standing_waivers, with_waivers
from newsletter.publications.models import Publication
from newsletter.rendering.compile_input import compile_with_parts
from newsletter.rendering.parts import PartBytes
from newsletter.rendering.variant import Variant
from newsletter.segments.find import list_segments
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.models import State, Subscriber, Subscription
from newsletter.subscribers.topics.models import Topic

_ATTRIBUTE = "attributes."


def check(
    session: Session,
    revision: Revision,
    publication: Publication,
    links: Links,
    content: IssueContent | None = None,
) -> list[Finding]:
    """What the rules object to in `revision`: what blocks, what warns, what was waived.

    `content` is that of `revision`, where it is loaded already.
    """
    content = content or load_content(session, revision, publication)
    draft = make_draft(session, revision, publication, links, content)
    findings = [finding for rule in RULES for finding in rule.findings(draft)]
    keyed = list(with_keys(content.document, findings))
    known = {(each.rule, each.path, each.message) for each in findings}
    for edition in content.document.editions:
        translated = make_draft(session, revision, publication, links, content, edition=edition.language)
        keyed += edition_findings(translated, edition.language, known)
    judged = with_waivers(keyed, standing_waivers(session, revision.issue_id))
    return sorted(judged, key=lambda each: (each.level is not Level.BLOCKING, each.waived is not None))


def make_draft(
    session: Session,
    revision: Revision,
    publication: Publication,
    links: Links,
    content: IssueContent,
    *,
    edition: str = "",
) -> Draft:
    """Everything that the rules look at, in the issue or in its edition in a language."""
    document = in_edition(content.document, edition).document if edition else content.document
    asked = {field.name for field in fields_of(document) if field.name.startswith(_ATTRIBUTE)}
    compiled, error, place = None, "", ""
    parts: tuple[PartBytes, ...] = ()
    snippets = changed_snippets(session, revision.issue_id, document)
    try:
        seen = Variant(edition=edition)
        given = compile_input(session, revision, publication, links, content=content, variant=seen)
        compiled, parts = compile_with_parts(given)
    except DomainError as failure:
        error = _told(failure)
        place = next((path for path in failure.fields if path.startswith("sections[")), "")
    return Draft(
        document=document,
        publication=publication,
        today=local_day(clock.now(), publication),
        compiled=compiled,
        render_error=error,
        render_place=place,
        html=compiled.fill_html(example_values(publication, links)) if compiled else "",
        parts=parts,
        media={source: ImageWords(row.alt, row.credit) for source, row in content.media.items()},
        unknown_attributes=frozenset(
            name for name in asked if not _is_known(session, publication, name.removeprefix(_ATTRIBUTE))
        ),
        checked_links=find_checked_links(
            session, publication.id, {place.value for place in links_of(document)}
        ),
        tested=_was_tested(session, revision),
        has_readers=_has_readers(session, publication),
        approved=not lacks_approval(session, revision, publication),
        sender_problems=sender_problems(session, publication),
        spam=find_spam_score(session, revision, compiled),
        missing_snippets=snippets.missing,
        outdated_snippets=snippets.outdated,
        topics=frozenset(topic.key for topic in list_labels(session, Topic, publication)),
        segments=frozenset(segment.slug for segment in list_segments(session, publication)),
        editions={} if edition else progress_of(content),
        settings=load_settings(session, publication),
    )


def _told(failure: DomainError) -> str:
    problems = [problem for problem in failure.fields.values() if problem not in failure.message]
    return " ".join([failure.message, *problems])


def _was_tested(session: Session, revision: Revision) -> bool:
    """Whether this very state of the text was sent as a test message."""
    same = (ProofMessage.revision_id == revision.id, ProofMessage.edits == revision.edits)
    found = session.scalar(select(exists().where(ProofMessage.issue_id == revision.issue_id, *same)))
    return bool(found)


def _has_readers(session: Session, publication: Publication) -> bool:
    """Whether anybody is subscribed; who of them gets the issue is decided when it is due."""
    active = (Subscription.publication_id == publication.id, Subscription.state == State.ACTIVE)
    return bool(session.scalar(select(exists().where(*active))))


def _is_known(session: Session, publication: Publication, key: str) -> bool:
    """Whether any subscriber of the publication has the attribute."""
    subscriber_id = session.scalar(
        select(Subscriber.id)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(
            Subscription.publication_id == publication.id,
            Subscriber.attributes[key].as_string().is_not(None),
        )
        .limit(1)
    )
    return subscriber_id is not None
