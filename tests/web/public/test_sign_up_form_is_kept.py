"""The sign-up form is kept rendered, and shows at once what it is told to ask for."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from tests.databases import both_databases
from tests.web.public.conftest import STAMP
from tests.web.public.test_page_cache import SIGN_UP, of_another_process


@both_databases
def test_the_form_asks_at_once_for_what_it_is_told_to(
    app: Flask, client: FlaskClient, session: Session, weekly: Publication
) -> None:
    assert "Sport" not in client.get(SIGN_UP).text
    sport = create_topic(session, weekly, "Sport", actor="test")
    tag = create_tag(session, weekly, "Teacher", by_readers=True, actor="test")
    session.commit()
    assert "Sport" in client.get(SIGN_UP).text
    assert "Teacher" not in client.get(SIGN_UP).text
    for change in (
        lambda: setattr(sport, "name", "Sports"),
        lambda: setattr(sport, "description", "All that moves."),
        lambda: setattr(tag, "at_sign_up", True),
        lambda: setattr(weekly, "language_at_sign_up", True),
        lambda: setattr(sport, "at_sign_up", False),
        lambda: session.delete(tag),
    ):
        before = client.get(SIGN_UP).text
        change()
        session.commit()
        after = client.get(SIGN_UP).text
        assert STAMP.sub("", after) != STAMP.sub("", before)
        assert STAMP.sub("", after) == STAMP.sub("", of_another_process(app, client, SIGN_UP).text)
