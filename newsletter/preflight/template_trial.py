"""What is found in the message that a custom template makes, before it is saved."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.issues.compile import compile_input, local_day
from newsletter.issues.example import example_values
from newsletter.issues.load import find_issue, find_revision
from newsletter.issues.models import Revision
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Finding
from newsletter.preflight.rule_versions import load_settings
from newsletter.preflight.rules import RULES
from newsletter.publications.models import Publication
from newsletter.publications.template_versions import publication_input
from newsletter.rendering.compile_input import CompileInput, compile_with_parts
from newsletter.rendering.custom_template.trial import example_input, refuse_unusable
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.render_input import CustomTemplate, MediaImage

# Those that are about the message rather than about what an editor wrote.
_OF_MESSAGES = ("unsubscribe", "size", "css_support", "message_urls")
_PICTURE = MediaImage("https://example.org/picture.jpg", 1200, 675)
_HEADERS = MessageHeaders(from_email="editor@example.org")


@dataclass(frozen=True)
class TemplateTrial:
    """The HTML that an example reader would get, and what the rules about messages find in it."""

    html: str
    findings: list[Finding]


def revision_to_try(session: Session, publication: Publication, issue_id: int | None) -> Revision | None:
    """The newest revision of that issue of the publication, None for None; `Missing` for another's issue."""
    if issue_id is None:
        return None
    issue = find_issue(session, issue_id)
    if issue.publication_id != publication.id:
        raise Missing("no_issue", f"{publication.name} has no issue {issue_id}.")
    return find_revision(session, issue)


def try_template(
    session: Session,
    publication: Publication,
    links: Links,
    template: CustomTemplate,
    *,
    theme: str,
    revision: Revision | None = None,
) -> TemplateTrial:
    """Try `template` as saving it would, and with `revision`, or else the example issue.

    Raises `Refused` with the line of what is wrong, and what compiling an issue raises.
    """
    refuse_unusable(publication_input(publication), theme, template)
    if revision is None:
        facts = replace(publication_input(publication), site_url=links.archive(publication.slug))
        example = example_input(facts, theme, template)
        given = CompileInput(replace(example, media=dict.fromkeys(example.media, _PICTURE)), _HEADERS)
    else:
        given = compile_input(session, revision, publication, links)
        given = replace(given, render=replace(given.render, theme=theme, template=template))
    compiled, parts = compile_with_parts(given)
    draft = Draft(
        document=given.render.document,
        publication=publication,
        today=local_day(clock.now(), publication),
        compiled=compiled,
        html=compiled.fill_html(example_values(publication, links)),
        parts=parts,
        settings=load_settings(session, publication),
    )
    return TemplateTrial(draft.html, [each for key in _OF_MESSAGES for each in RULES[key].findings(draft)])
