"""A publication's theme, tokens and logo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Refused
from newsletter.publications.branding import BRANDING_FIELDS, own_tokens, set_branding, set_logo
from newsletter.publications.edit import Stale, state_of
from newsletter.publications.models import Publication
from newsletter.rendering.themes import THEMES
from tests.factories import make_publication


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session)
    session.commit()
    return made


def test_only_what_is_changed_is_kept(session: Session, publication: Publication) -> None:
    tokens = {"accent": "1AF", "ink": "#111111", "paper": "", "headline_font": "Georgia, serif"}
    set_branding(
        session,
        publication.id,
        theme="poster",
        tokens=tokens,
        state=state_of(publication, BRANDING_FIELDS),
        actor="ana",
    )
    session.commit()
    session.refresh(publication)
    assert publication.theme == "poster"
    assert publication.theme_tokens == {"accent": "#11aaff", "headline_font": "Georgia, serif"}
    assert session.scalars(select(AuditEntry)).one().action == "publication.dressed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "red; } body{display:none}"),
        ("accent", "url(//evil.example)"),
        ("accent", "#12345"),
        ("accent", "#1234567"),
        ("headline_font", "Georgia; } body { color: red"),
        ("headline_font", "Georgia</style><script>"),
        ("nonsense", "#123456"),
    ],
)
def test_nothing_but_colours_and_fonts_gets_in(
    session: Session, publication: Publication, name: str, value: str
) -> None:
    with pytest.raises(Refused) as refused:
        set_branding(
            session,
            publication.id,
            theme="gazette",
            tokens={name: value},
            state=state_of(publication, BRANDING_FIELDS),
            actor="ana",
        )
    assert set(refused.value.fields) == {name}
    assert publication.theme_tokens == {}


def test_an_unknown_theme_is_refused(session: Session, publication: Publication) -> None:
    with pytest.raises(Refused, match="Known: gazette, bulletin, poster"):
        set_branding(session, publication.id, theme="neon", tokens={}, state="", actor="ana")


def test_who_comes_second_is_told(session: Session, publication: Publication) -> None:
    state = state_of(publication, BRANDING_FIELDS)
    set_branding(session, publication.id, theme="poster", tokens={}, state=state, actor="ana")
    set_branding(
        session, publication.id, theme="poster", tokens={}, state=state, actor="ana"
    )  # pressed twice
    with pytest.raises(Stale):
        set_branding(session, publication.id, theme="bulletin", tokens={}, state=state, actor="ben")


@given(
    st.dictionaries(
        st.sampled_from(["accent", "paper", "dark_ink"]), st.from_regex(r"#?[0-9a-fA-F]{6}", fullmatch=True)
    )
)
def test_tokens_are_their_own_spelling(tokens: dict[str, str]) -> None:
    theme = THEMES["gazette"]
    once = own_tokens(theme, tokens)
    assert own_tokens(theme, once) == once


def test_a_logo_comes_and_goes(session: Session, publication: Publication) -> None:
    for key in ("ab12", "ab12", "", ""):
        set_logo(session, publication.id, key, actor="ana")
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["publication.logo_set", "publication.logo_removed"]
    assert publication.logo == ""
