"""A receipt of somebody's consents is one page of paper, and nothing else is on it."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource
from tests.factories import make_publication, make_subscription
from tests.features.scenes import empty
from tests.features.test_admin_pages import origin, redis, sign_in  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
WORDS = "I want to receive The Weekly by email. I can unsubscribe at any time with one click."
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


def test_a_receipt_is_one_page_without_navigation(
    app: Flask,
    session: Session,
    origin: str,  # noqa: F811
    tab: Page,
) -> None:
    empty(session)
    reader = make_subscription(session, make_publication(session), "ana@readers.example", name="Ana")
    for n, kind in enumerate((ConsentKind.REQUESTED, ConsentKind.CONFIRMED) * 4):
        session.add(
            ConsentRecord(
                subscription_id=reader.id,
                kind=kind,
                source=ConsentSource.FORM,
                text=WORDS,
                text_version=1,
                locale="en",
                ip="2001:db8:1:2:3::4",
                at=clock.now() - timedelta(days=n),
            )
        )
    session.commit()
    sign_in(tab, origin)
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(f"{origin}/admin/subscribers/{reader.subscriber_id}/consent")
    for name in (".rail", ".way-back", ".skip-link"):
        assert not tab.locator(name).first.is_visible()
    colours = (
        "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.documentElement)[name])"
    )
    assert tab.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    for paper in ("A4", "Letter"):
        assert len(PAGES.findall(tab.pdf(format=paper))) == 1
