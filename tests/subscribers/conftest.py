"""A publication, and people in every state."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource, Subscription
from newsletter.subscribers.sign_up import sign_up
from tests.factories import create_morning, make_subscription
from tests.subscribers.moving import OLD

Ask = Callable[..., Subscription | None]


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session)


@pytest.fixture
def ask(session: Session, publication: Publication) -> Ask:
    """Sign an address up, as the form does; the subscription there is afterwards."""

    def signed_up(
        email: str = "ana@example.org", name: str = "Ana Lim", of: Publication = publication
    ) -> Subscription | None:
        address = parse_address(email)
        agreed = words(of.name, "en")
        sign_up(
            session,
            publication=of,
            address=address,
            name=name,
            words=agreed,
            source=ConsentSource.FORM,
            ip="192.0.2.7",
        )
        session.commit()
        subscription = session.scalar(
            select(Subscription).where(
                Subscription.publication_id == of.id, Subscription.subscriber.has(email_key=address.key)
            )
        )
        session.commit()  # nothing may wait for a test that only looked
        return subscription

    return signed_up


@pytest.fixture
def ana(session: Session, publication: Publication) -> Subscription:
    made = make_subscription(session, publication, OLD, "Ana Lim")
    session.commit()
    return made
