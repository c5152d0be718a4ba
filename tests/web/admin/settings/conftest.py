"""Two relays that were set up at the desk."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.transports.models import Transport
from tests.web.admin.settings.relays import FORM, NEW, OTHER
from tests.web.signed_in import SignedIn


@pytest.fixture
def two(admin_client: SignedIn, session: Session) -> tuple[int, int]:
    """Two relays, and their numbers."""
    assert admin_client.post(NEW, data=FORM).status_code == 303
    assert admin_client.post(NEW, data=OTHER).status_code == 303
    first, second = session.scalars(select(Transport.id).order_by(Transport.position))
    session.commit()
    return first, second
