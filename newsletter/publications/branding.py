"""Brand a publication: its theme, the design tokens it changes of it, and its logo."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.publications.edit import check_state, lock_publication
from newsletter.publications.models import Publication
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes import THEMES
from newsletter.rendering.token_values import spelled

BRANDING_FIELDS = ("theme", "theme_tokens", "template")


def set_branding(
    session: Session,
    publication_id: int,
    *,
    theme: str,
    tokens: Mapping[str, str],
    state: str,
    actor: str,
) -> Publication:
    """Give the publication this theme with these tokens, flushed; what is empty stays the theme's own.

    Its own template, which was made from one theme, is no longer used with another; its versions stay.
    Raises `Stale` when `state` (of `BRANDING_FIELDS`) is not the one it is in, `Refused` token by token.
    """
    chosen = own_tokens(THEMES[theme], tokens)
    publication = lock_publication(session, publication_id)
    if (publication.theme, publication.theme_tokens) == (theme, chosen):
        return publication
    check_state(publication, state, BRANDING_FIELDS)
    if publication.theme != theme:
        publication.template = None
    publication.theme, publication.theme_tokens = theme, chosen
    session.flush()
    audit.record(
        session, "publication.dressed", "publication", publication.id, actor=actor, theme=theme, tokens=chosen
    )
    return publication


def own_tokens(theme: Theme, tokens: Mapping[str, str]) -> dict[str, str]:
    """What `tokens` change of `theme`, each as it is spelled. Raises `Refused` token by token."""
    given = {name: spelled(name, value.strip()) for name, value in tokens.items() if value.strip()}
    theme.styled(given)
    return {name: value for name, value in given.items() if value != getattr(theme.tokens, name)}


def set_logo(session: Session, publication_id: int, key: str, *, actor: str) -> Publication:
    """Put the media file called `key` beside the publication's name, or nothing when it is empty; flushed."""
    publication = lock_publication(session, publication_id)
    if publication.logo != key:
        publication.logo = key
        session.flush()
        action = "publication.logo_set" if key else "publication.logo_removed"
        audit.record(session, action, "publication", publication.id, actor=actor, logo=key)
    return publication
