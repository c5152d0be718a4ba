"""`/admin/p/<publication>/theme/preview`: an example issue in the colours of the query, as its own document.

It goes through the renderer that sends, with tokens that nobody has saved. Nothing in it can run, and it may
be framed by our own pages only.
"""

from collections.abc import Mapping

from flask import Response, make_response, render_template, request

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Missing
from newsletter.issues.compile import LOGO_WIDTH
from newsletter.issues.example import example_values
from newsletter.issues.library import media_image
from newsletter.media.store import find_media
from newsletter.media.variants import WIDTHS
from newsletter.publications.branding import own_tokens
from newsletter.publications.find_template import template_in_use
from newsletter.publications.models import Publication
from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.custom_template.trial import example_input
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.render_input import MediaImage, PublicationInput
from newsletter.rendering.themes import THEMES
from newsletter.web.admin.email_preview import asked_scheme, in_scheme
from newsletter.web.admin.guard import allow
from newsletter.web.admin.publications.blueprint import blueprint, load_publication
from newsletter.web.admin.publications.tokens import typed_tokens
from newsletter.web.current import links, local_links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY


@blueprint.get("/p/<slug>/theme/preview")
@allow(Permission.VIEW)
def theme_preview(slug: str) -> Response:
    """`theme`, the tokens by their names, and `scheme` light or dark."""
    publication = load_publication(slug)
    scheme = asked_scheme()
    try:
        html = _example_in(publication, request.args.get("theme") or publication.theme)
        response = make_response(in_scheme(html, scheme))
    except DomainError as error:
        page = render_template("admin/preview_error.html", error=error, scheme=scheme)
        response = make_response(page, STATUS[error.decision])
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


def _example_in(publication: Publication, theme: str) -> str:
    """The example issue as `publication` would send it, with the theme and the tokens of the query.

    In its own template, while that is in use and the theme is the one it was made from.
    """
    tokens = own_tokens(THEMES[theme], typed_tokens(request.args))
    template = template_in_use(session(), publication) if theme == publication.theme else None
    given = example_input(input_of(publication, tokens), theme, template)
    compiled = compile_from(CompileInput(given, MessageHeaders(from_email="editor@example.org")))
    return compiled.fill_html(example_values(publication, links()))


def input_of(publication: Publication, tokens: Mapping[str, str]) -> PublicationInput:
    """The publication as its emails show it, with these tokens; its pictures come from this host."""
    return PublicationInput(
        name=publication.name,
        postal_address=publication.postal_address,
        language=publication.language,
        tagline=publication.description.partition("\n")[0],
        site_url=links().archive(publication.slug),
        logo=_picture(publication.logo, LOGO_WIDTH),
        header=_picture(tokens.get("header_image", "")),
        header_dark=_picture(tokens.get("header_dark", "")),
        tokens=tokens,
    )


def _picture(key: str, width: int = WIDTHS[0]) -> MediaImage | None:
    """The image of the media library called `key`; None where it has none."""
    try:
        return media_image(local_links(), find_media(session(), key), width)
    except Missing:
        return None
