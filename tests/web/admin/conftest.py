"""Browsers that are signed in: as an owner and as an editor."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.publications.models import Publication
from tests.factories import create_morning
from tests.web.signed_in import SignedIn, signed_in_client


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session, timezone="Europe/Rome")


@pytest.fixture
def admin_client(app: Flask, session: Session, owner: User) -> SignedIn:
    """Signed in as an owner. Puts the CSRF token into everything it sends, unless `csrf=False`."""
    return signed_in_client(app, session, owner)


@pytest.fixture
def editor_client(app: Flask, session: Session, editor: User) -> SignedIn:
    """The same, signed in as an editor."""
    return signed_in_client(app, session, editor)


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """Nobody is signed in."""
    return signed_in_client(app, session, None)
