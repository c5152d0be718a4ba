"""What a database says when it refuses a row names no person: it is logged."""

import traceback

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.subscribers.models import Subscriber

ADDRESS = "somebody.private@example.org"


def test_an_error_holds_no_value(session: Session) -> None:
    session.add(Subscriber(email=ADDRESS, email_key=ADDRESS, address_hash="a"))
    session.commit()
    session.add(Subscriber(email=ADDRESS, email_key=ADDRESS, address_hash="b"))
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    session.rollback()
    told = "".join(traceback.format_exception(caught.value))
    assert ADDRESS not in told + repr(caught.value) + repr(caught.value.orig)
    assert "email_key" in str(caught.value)  # what it was about is still said
