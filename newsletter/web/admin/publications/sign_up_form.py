"""`/admin/p/<publication>/sign-up-form`: what the form asks for, and what to paste into another site."""

from dataclasses import asdict
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core import i18n
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.choices import Offer, offer_at_sign_up, offer_of
from newsletter.subscribers.consent import words
from newsletter.subscribers.sign_up_form import SignUpForm, change_sign_up_form
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.current import links
from newsletter.web.database import session

# The height of the small form with its consent in a narrow column, in pixels; and of what it may ask for.
FRAME_HEIGHT, GROUP_HEIGHT, CHECK_HEIGHT, FIELD_HEIGHT = 340, 60, 48, 90
LONGEST = 20_000  # characters of a field that is read


@blueprint.get("/p/<slug>/sign-up-form")
@allow(Permission.VIEW)
def sign_up_form(slug: str) -> str:
    """What the form asks for, the form as plain HTML and as a frame, and how it looks."""
    return _page(load_publication(slug))


@blueprint.post("/p/<slug>/sign-up-form")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_form(slug: str) -> AnyResponse:
    """Save what the form asks for, or say why not; what was typed stays."""
    asked = SignUpForm(
        topics=request.form.getlist("topic"),
        tags=request.form.getlist("tag"),
        attributes=request.form.getlist("attribute"),
        language="language" in request.form,
        sites=request.form.get("sites", "")[:LONGEST],
        check_mail_domain="check_mail_domain" in request.form,
    )
    try:
        change_sign_up_form(session(), load_publication(slug).id, asked, actor=current_actor())
    except Refused as error:
        start_afresh()
        return make_response(_page(load_publication(slug), asked, error.fields), 400)
    session().commit()
    flash(_("The sign-up form was saved."), "success")
    return redirect(url_for(".sign_up_form", slug=slug), 303)


def _page(
    publication: Publication, typed: SignUpForm | None = None, problems: dict[str, str] | None = None
) -> str:
    hosted = links().subscribe(publication.slug)
    language = _language(publication)
    posts_to = f"{hosted}?lang={language}"
    asked, offer = offer_at_sign_up(session(), publication.id), offer_of(session(), publication.id)
    facts = {"name": publication.name, "url": hosted, "posts_to": posts_to, "language": language}
    facts["consent"] = words(publication.name, language).text
    height = _height(publication, asked)
    with force_locale(language):  # readers read them, in their language
        form_html = render_template("admin/publications/snippet_form.html", **facts)
        frame_html = render_template("admin/publications/snippet_frame.html", height=height, **facts)
    return render_template(
        "admin/publications/sign_up_form.html",
        publication=publication,
        offer=offer,
        shown=asdict(typed) if typed else _shown(publication, asked),
        problems=problems or {},
        hosted=hosted,
        posts_to=posts_to,
        json_url=f"{hosted}/json",
        form_html=form_html.strip(),
        frame_html=frame_html.strip(),
        look_url=url_for("subscribe.show", slug=publication.slug, embed="1", lang=language),
        frame_height=height,
    )


def _shown(publication: Publication, asked: Offer) -> dict[str, Any]:
    return {
        "topics": {topic.key for topic in asked.topics},
        "tags": {tag.key for tag in asked.tags},
        "attributes": {attribute.key for attribute in asked.attributes},
        "language": publication.language_at_sign_up,
        "sites": publication.sign_up_sites,
        "check_mail_domain": publication.check_mail_domain,
    }


def _height(publication: Publication, asked: Offer) -> int:
    """The height of the small form with what it asks for, in pixels."""
    groups = GROUP_HEIGHT * (bool(asked.topics) + bool(asked.tags))
    checks = CHECK_HEIGHT * (len(asked.topics) + len(asked.tags))
    fields = FIELD_HEIGHT * (len(asked.attributes) + publication.language_at_sign_up)
    return FRAME_HEIGHT + groups + checks + fields


def _language(publication: Publication) -> str:
    """The publication's language where its words are translated, else English."""
    language = i18n.language(publication.language)
    return language if language in i18n.available() else i18n.SOURCE_LANGUAGE
