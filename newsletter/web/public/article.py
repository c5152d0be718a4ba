"""An issue as an article: what the templates of the archive and the feed need to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.core.i18n import direction, translations
from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.image import Image
from newsletter.document.merge import with_defaults
from newsletter.document.section import Section, is_empty
from newsletter.document.translate import in_edition
from newsletter.document.walk import images
from newsletter.issues.compile import local_day
from newsletter.issues.library import media_image, with_library_texts
from newsletter.issues.models import Issue
from newsletter.issues.published import Published
from newsletter.media.models import MediaFile
from newsletter.media.variants import WIDTHS, find_sources, served
from newsletter.publications.models import Publication
from newsletter.rendering.compose import shown_minutes
from newsletter.rendering.contents import NO_CONTENTS, Contents, contents_of
from newsletter.rendering.filters import Wording
from newsletter.rendering.render_input import MediaImage
from newsletter.rendering.theme import Tokens
from newsletter.rendering.themes import THEMES
from newsletter.rendering.variant import sections_of, stranger_variant
from newsletter.web.public.in_languages import InLanguage, languages_offered


@dataclass(frozen=True)
class Article:
    """A published issue, ready for its page. `srcsets` has the widths of uploaded images, by source.

    `edition`: the language of the edition that it is; empty for the issue's own, `languages`: all it is in.
    """

    issue: Issue
    document: Document
    sections: tuple[Section, ...]
    day: date
    published_at: str
    language: str
    direction: str
    title: str
    summary: str
    wording: Wording
    srcsets: Mapping[str, str]
    picture: MediaImage | None
    picture_srcset: str
    contents: Contents
    reading_minutes: int  # 0 where it is not shown
    edition: str = ""
    languages: Sequence[InLanguage] = ()

    @property
    def sources(self) -> set[str]:
        """Where its images come from."""
        return {image.src for _, image in images(self.document)}

    @property
    def has_foreign_images(self) -> bool:
        """Whether images come from other sites, which our content security policy must then allow."""
        return any(source.startswith("https:") for source in self.sources)


def make_article(
    session: Session, published: Published, publication: Publication, links: Links, edition: str = ""
) -> Article:
    """The article of a published issue, its images at `links`; what only some readers see is left out.

    In the language of its `edition`, where it has that one.
    """
    rows = find_sources(session, {image.src for _, image in images(published.document)})
    translated = in_edition(with_library_texts(published.document, rows), edition)
    document = translated.document
    language = document.language or publication.language
    media = {source.removeprefix("media:"): media_image(links, row) for source, row in rows.items()}
    srcsets = {source: _srcset(links, row) for source, row in rows.items()}
    standing = _standing_image(document)
    seen = sections_of(document, stranger_variant(published.document, publication.language, edition))
    sections = tuple(section for section in seen if not is_empty(section))
    tokens = tokens_of(publication)
    return Article(
        issue=published.issue,
        document=document,
        sections=sections,
        day=local_day(published.at, publication),
        published_at=published.at.isoformat(timespec="seconds"),
        language=language,
        direction=direction(language),
        title=with_defaults(document.title).strip(),
        summary=with_defaults(document.summary or document.preheader).strip(),
        wording=Wording(
            language=language,
            translations=translations(language),
            media=media,
            untranslated=translated.untranslated,
            original_language=published.document.language or publication.language,
        ),
        srcsets=srcsets,
        picture=_shown(standing, media) if standing else None,
        picture_srcset=srcsets.get(standing.src, "") if standing else "",
        contents=contents_of(sections, whole=True) if tokens.contents == "list" else NO_CONTENTS,
        reading_minutes=shown_minutes(tokens, document, sections, language),
        edition=edition,
        languages=languages_offered(published.document, publication.language),
    )


def tokens_of(publication: Publication) -> Tokens:
    """The colours and fonts of the publication."""
    try:
        return THEMES[publication.theme].styled(publication.theme_tokens)
    except Refused:  # a theme that is no longer there; the page is readable without
        return Tokens()


def _srcset(links: Links, row: MediaFile) -> str:
    shown = {served(links, row, width).width: served(links, row, width).url for width in WIDTHS}
    return ", ".join(f"{url} {width}w" for width, url in sorted(shown.items()))


def _standing_image(document: Document) -> Image | None:
    """The image that stands for the issue: its own, or the first of a section."""
    of_sections = [
        image for path, image in images(document) if path.endswith("].image") and ".items" not in path
    ]
    return next((image for image in [document.og_image, *of_sections] if image and image.src), None)


def _shown(image: Image, media: Mapping[str, MediaImage]) -> MediaImage | None:
    alt = with_defaults(image.alt)
    if not image.src.startswith("media:"):
        return MediaImage(image.src, image.width, image.height, alt)
    stored = media.get(image.src.removeprefix("media:"))
    return replace(stored, alt=alt) if stored else None
