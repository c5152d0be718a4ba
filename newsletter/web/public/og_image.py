"""`/archive/<publication>/<issue>/og.png`: the picture that shared links show, drawn when first asked for.

It is kept in the media folder, one file for each issue that says what it was drawn from, so that strangers
who ask for all of them again and again cost no drawing.
"""

from flask import Blueprint, Response

from newsletter.issues.page_state import issue_state
from newsletter.issues.published import find_published
from newsletter.media.files import MediaFiles
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.direction import direction_of
from newsletter.rendering.og_image.draw import HEIGHT, WIDTH, OgFacts, draw_og_image, is_drawn_from
from newsletter.rendering.render_input import MediaImage
from newsletter.web.current import links, settings
from newsletter.web.database import session
from newsletter.web.page_cache import Page, answer, current_page
from newsletter.web.public.article import Article, make_article, tokens_of

blueprint = Blueprint("og_image", __name__)

MAX_AGE = 86_400  # seconds; pages name its version, so that another picture has another address


@blueprint.get("/archive/<slug>/<issue_slug>/og.png")
def show(slug: str, issue_slug: str) -> Response:
    """The picture of a published issue."""
    return answer(
        current_page(
            lambda session, images: issue_state(session, slug, issue_slug, images),
            lambda: _picture_page(slug, issue_slug),
        ),
        MAX_AGE,
    )


def social_image(article: Article, publication: Publication, chosen: MediaImage | None) -> MediaImage:
    """What shared links show: the picture that the editor has `chosen` for them, else the one drawn here."""
    if chosen and article.document.og_image and article.document.og_image.src:
        return chosen
    version = _facts(article, publication).digest[:8]
    url = f"{links().issue(publication.slug, article.issue.slug)}/og.png?v={version}"
    return MediaImage(url, WIDTH, HEIGHT, article.title)


def _picture_page(slug: str, issue_slug: str) -> Page:
    publication = find_publication(session(), slug)
    published = find_published(session(), publication, issue_slug)
    article = make_article(session(), published, publication, links())
    return Page(_picture(article.issue.id, _facts(article, publication)), "image/png")


def _picture(issue_id: int, facts: OgFacts) -> bytes:
    files, name = MediaFiles(settings().media_dir), f"og/{issue_id}.png"
    kept = files.read(name)
    if kept is not None and is_drawn_from(kept, facts):
        return kept
    drawn = draw_og_image(facts)
    files.write(name, drawn)
    return drawn


def _facts(article: Article, publication: Publication) -> OgFacts:
    tokens = tokens_of(publication)
    number = article.wording.translations.gettext("Issue %(number)s") % {"number": article.issue.number}
    return OgFacts(
        publication=publication.name,
        title=article.title,
        number=number,
        day=article.wording.day(article.day),
        direction=direction_of(article.title, article.direction),
        paper=tokens.paper,
        ink=tokens.ink,
        soft=tokens.soft,
        accent=tokens.accent,
    )
