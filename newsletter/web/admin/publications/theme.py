"""`/admin/p/<publication>/theme`: a theme, the tokens that are changed of it, and a look at both."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Missing, Refused
from newsletter.media.store import find_media
from newsletter.media.variants import served
from newsletter.publications.branding import BRANDING_FIELDS, set_branding
from newsletter.publications.edit import Stale, state_of
from newsletter.publications.models import Publication
from newsletter.rendering.colour import READABLE
from newsletter.rendering.themes import THEMES
from newsletter.rendering.token_values import LONGEST_ALT, PIXELS
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.publications.header_image import check_pictures, picture_options
from newsletter.web.admin.publications.picture import ALT_LENGTH
from newsletter.web.admin.publications.readability import Remark, remarks
from newsletter.web.admin.publications.tokens import (
    CONTENTS,
    DARK,
    FONTS,
    HEADER,
    LAYOUT,
    LIGHT,
    READING_TIME,
    contents_options,
    defaults,
    font_options,
    lowest_contrasts,
    places,
    token_fields,
    typed_tokens,
)
from newsletter.web.current import local_links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LOGO_WIDTH = 300  # pixels


@blueprint.get("/p/<slug>/theme")
@allow(Permission.MANAGE_PUBLICATIONS)
def theme(slug: str) -> AnyResponse:
    """The look as it is."""
    return theme_page(load_publication(slug), 200)


@blueprint.post("/p/<slug>/theme")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_theme(slug: str) -> AnyResponse:
    """Save it; or, by the button called `preview`, only look at it."""
    publication = load_publication(slug)
    chosen, tokens = request.form.get("theme", ""), typed_tokens(request.form)
    if "preview" in request.form:
        return theme_page(publication, 200, chosen=chosen, tokens=tokens)
    try:
        check_pictures(tokens)
        set_branding(
            session(),
            publication.id,
            theme=chosen,
            tokens=tokens,
            state=request.form.get("state", ""),
            actor=current_actor(),
        )
    except Stale:
        start_afresh()
        return theme_page(load_publication(slug), 409, chosen=chosen, tokens=tokens, stale=True)
    except DomainError as error:
        start_afresh()
        publication = load_publication(slug)
        return theme_page(
            publication,
            STATUS[error.decision],
            chosen=chosen,
            tokens=tokens,
            refused=error.fields,
            problem=error.message,
        )
    session().commit()
    flash(_("Design saved. Issues already sent stay as they were."), "success")
    return redirect(url_for(".theme", slug=slug), 303)


@blueprint.get("/p/<slug>/theme/remarks")
@allow(Permission.MANAGE_PUBLICATIONS)
def theme_remarks(slug: str) -> str:
    """What is to be said about the colours in the query, as a part of the page."""
    load_publication(slug)
    comments, _problems = judged(request.args.get("theme", ""), typed_tokens(request.args))
    return render_template("admin/publications/_remarks.html", remarks=comments)


def theme_page(
    publication: Publication,
    status: int,
    *,
    chosen: str = "",
    tokens: dict[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    **facts: Any,
) -> AnyResponse:
    """The page with what was chosen so far, else with the theme as it is; `refused` says why, by token."""
    tokens = publication.theme_tokens if tokens is None else tokens
    chosen = next((key for key in (chosen, publication.theme) if key in THEMES), "gazette")
    comments, problems = judged(chosen, tokens)
    problems |= refused or {}
    chosen_theme = THEMES[chosen]
    groups = {
        name: token_fields(group, chosen_theme, tokens, problems)
        for name, group in (("light", LIGHT), ("dark", DARK), ("layout", LAYOUT), ("header", HEADER))
    }
    fonts = token_fields(FONTS, chosen_theme, tokens, problems)
    page = render_template(
        "admin/publications/theme.html",
        publication=publication,
        themes=[(one, json.dumps(defaults(one))) for one in THEMES],
        chosen=chosen,
        **groups,
        pixels=PIXELS,
        pictures={
            "header_image": picture_options(tokens.get("header_image", ""), _("None")),
            "header_dark": picture_options(tokens.get("header_dark", ""), _("The same")),
        },
        places=places(),
        longest_alt=LONGEST_ALT,
        contrasts=lowest_contrasts(groups["light"] + groups["dark"]),
        readable=READABLE,
        fonts=[(field, font_options(field)) for field in fonts],
        reading_time=tokens.get(READING_TIME) == "yes",
        contents=tokens.get(CONTENTS, ""),
        contents_options=contents_options(),
        problems=problems,
        remarks=comments,
        state=state_of(publication, BRANDING_FIELDS),
        preview_url=_preview_url(publication, chosen, _without(tokens, problems)),
        scheme="dark" if request.form.get("scheme") == "dark" else "light",
        width="phone" if request.form.get("width") == "phone" else "desktop",
        logo=_logo(publication),
        alt_length=ALT_LENGTH,
        **facts,
    )
    return make_response(page, status)


def judged(chosen: str, tokens: dict[str, str]) -> tuple[list[Remark], dict[str, str]]:
    """What is to be said about the colours, or else what is wrong with each token."""
    try:
        return remarks(THEMES[chosen], tokens), {}
    except Refused as error:
        return [], error.fields


def _without(tokens: dict[str, str], problems: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tokens.items() if name not in problems}


def _preview_url(publication: Publication, chosen: str, tokens: dict[str, str]) -> str:
    asked = tokens | {"theme": chosen}
    if request.form.get("scheme") == "dark":
        asked["scheme"] = "dark"
    return f"{url_for('.theme_preview', slug=publication.slug)}?{urlencode(asked)}"


def _logo(publication: Publication) -> dict[str, Any] | None:
    """The logo as the page shows it; None without one."""
    try:
        row = find_media(session(), publication.logo)
    except Missing:
        return None
    shown = served(local_links(), row, LOGO_WIDTH)
    return {"url": shown.url, "width": shown.width, "height": shown.height, "alt": row.alt}
