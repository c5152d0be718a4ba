"""`/admin/p/<publication>/template/preview`: an issue in the template that is tried, as its own document.

Nothing in it can run, and it may be framed by our own pages only.
"""

from dataclasses import replace

from flask import Response, make_response, render_template

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Refused
from newsletter.issues.compile import compile_input
from newsletter.issues.example import example_values
from newsletter.preflight.template_trial import revision_to_try
from newsletter.publications.models import Publication
from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.custom_template.trial import example_input
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.render_input import CustomTemplate
from newsletter.web.admin.email_preview import asked_scheme, in_scheme
from newsletter.web.admin.guard import allow
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.publications.blueprint import blueprint, load_publication
from newsletter.web.admin.publications.preview import input_of
from newsletter.web.admin.publications.template import begun
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY


@blueprint.get("/p/<slug>/template/preview")
@allow(Permission.MANAGE_PUBLICATIONS)
def template_preview(slug: str) -> Response:
    """`issue`, else the example; `copy`, a theme that is begun from; `scheme` light or dark."""
    publication = load_publication(slug)
    scheme = asked_scheme()
    try:
        response = make_response(in_scheme(_html(publication), scheme))
    except DomainError as error:
        page = render_template("admin/preview_error.html", error=error, scheme=scheme)
        # A template that is still broken is no failure of this page, which says what is wrong.
        response = make_response(page, 200 if isinstance(error, Refused) else STATUS[error.decision])
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


def _html(publication: Publication) -> str:
    tried = begun(publication)
    template = CustomTemplate(tried.text)
    revision = revision_to_try(session(), publication, asked_id("issue") or None)
    if revision is None:
        tokens = publication.theme_tokens
        given = CompileInput(
            example_input(input_of(publication, tokens), tried.theme, template),
            MessageHeaders(from_email="editor@example.org"),
        )
    else:
        given = compile_input(session(), revision, publication, links())
        given = replace(given, render=replace(given.render, theme=tried.theme, template=template))
    return compile_from(given).fill_html(example_values(publication, links()))
