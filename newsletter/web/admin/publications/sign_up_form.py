"""`/admin/p/<publication>/sign-up-form`: what to paste into another site for its visitors to subscribe."""

from flask import render_template, url_for
from flask_babel import force_locale

from newsletter.accounts.permissions import Permission
from newsletter.core import i18n
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import words
from newsletter.web.admin.guard import allow
from newsletter.web.admin.publications.blueprint import blueprint, load_publication
from newsletter.web.current import links

FRAME_HEIGHT = 340  # pixels: the small form with its consent in a narrow column


@blueprint.get("/p/<slug>/sign-up-form")
@allow(Permission.VIEW)
def sign_up_form(slug: str) -> str:
    """The form as plain HTML and as a frame, and how it looks."""
    publication = load_publication(slug)
    hosted = links().subscribe(publication.slug)
    language = _language(publication)
    posts_to = f"{hosted}?lang={language}"
    facts = {"name": publication.name, "url": hosted, "posts_to": posts_to, "language": language}
    facts["consent"] = words(publication.name, language).text
    with force_locale(language):  # readers read them, in their language
        form_html = render_template("admin/publications/snippet_form.html", **facts)
        frame_html = render_template("admin/publications/snippet_frame.html", height=FRAME_HEIGHT, **facts)
    return render_template(
        "admin/publications/sign_up_form.html",
        publication=publication,
        hosted=hosted,
        posts_to=posts_to,
        form_html=form_html.strip(),
        frame_html=frame_html.strip(),
        look_url=url_for("subscribe.show", slug=publication.slug, embed="1", lang=language),
        frame_height=FRAME_HEIGHT,
    )


def _language(publication: Publication) -> str:
    """The publication's language where its words are translated, else English."""
    language = i18n.language(publication.language)
    return language if language in i18n.available() else i18n.SOURCE_LANGUAGE
