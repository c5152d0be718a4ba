"""Deliveries by mailbox provider, on the report and over time; charts are equal to their tables."""

import re
from datetime import timedelta
from typing import Any

from lxml import etree
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication, TrackingMode
from newsletter.reports.models import ProviderCount, ProviderCounting
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource, Subscription
from tests.databases import both_databases
from tests.reports.conftest import MakeSent, make_sent
from tests.web.admin.mailings.ledger import cells, read
from tests.web.signed_in import SignedIn

__all__ = ["make_sent"]

NUMBER = re.compile(r"[\d,.]+")


def count(session: Session, mailing_id: int, receiver: str, sent: int, complaints: int) -> None:
    """A mailing that was counted a moment ago."""
    session.merge(ProviderCounting(mailing_id=mailing_id, counted_at=clock.now()))
    numbers = {"recipients": sent + 1, "sent": sent, "deferred": 7, "rejected": 1, "complaints": complaints}
    session.add(ProviderCount(mailing_id=mailing_id, receiver=receiver, **numbers))
    session.commit()


def drawn(page: str, chart: str) -> list[list[tuple[str, str]]]:
    """Each row of a chart's table: what is drawn and what is read of every cell."""
    root = etree.fromstring(page, etree.HTMLParser())
    return [
        [
            (cell.get("data-value"), " ".join("".join(cell.itertext()).split()))
            for cell in row.iterfind("td[@data-value]")
        ]
        for row in root.iterfind(f".//*[@id='{chart}']//tr[@data-at]")
    ]


@both_databases
def test_complaints_are_beside_the_lines(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    readers: list[Subscription],
    make_sent: MakeSent,
) -> None:
    over_time = "/admin/p/morning/mailings/providers"
    assert "Nothing counted yet" in read(editor_client, over_time)
    earlier, later = make_sent("one", days=7), make_sent("two")
    assert "By mailbox provider</h2>" not in read(editor_client, f"/admin/mailings/{later}/report")
    count(session, earlier, "gmail", 2_000, 2)
    count(session, later, "gmail", 1_000, 3)
    count(session, later, "coast.example", 50, 1)
    count(session, later, "", 300, 0)
    report = read(editor_client, f"/admin/mailings/{later}/report")
    for words in ("Gmail", "of 1,000 (0.30%)", "0.30% or more", "coast.example", "of 50<", "All others"):
        assert words in report
    page = read(editor_client, over_time)
    assert 'data-lines="0.1 0.3"' in page
    assert "of 3,000 (0.17%)" in page  # together
    assert "0.10% or more" in page
    assert "style=" not in page
    assert drawn(page, "complaints") == [
        [("0.1000", "2 of 2,000 (0.10%) 0.10% or more"), ("", "–")],
        [("0.3000", "3 of 1,000 (0.30%) 0.30% or more"), ("", "1 of 50")],
    ]
    rows = cells(editor_client.post(f"{over_time}.csv").text)
    assert [row[2:] for row in rows[1:3]] == [
        ["Gmail", "2001", "2000", "7", "1", "0", "2", "0", "0"],
        ["Gmail", "1001", "1000", "7", "1", "0", "3", "0", "0"],
    ]
    assert len(rows) == 5


def test_what_is_drawn_is_what_is_read(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    readers: list[Subscription],
    make_sent: MakeSent,
) -> None:
    publication.tracking = TrackingMode.AGGREGATE
    mailing_id = make_sent("one", sent=9_000, clicks=1_200)
    session.get_one(Mailing, mailing_id).started_at = clock.now() - timedelta(hours=1)
    kind, source = ConsentKind.VOUCHED, ConsentSource.EDITOR
    session.add_all(ConsentRecord(subscription_id=row.id, kind=kind, source=source) for row in readers)
    session.commit()
    pages = {
        "hours": read(editor_client, f"/admin/mailings/{mailing_id}/report"),
        "growth": read(editor_client, "/admin/p/morning/subscribers/growth"),
    }
    for chart, page in pages.items():
        rows = drawn(page, chart)
        assert rows
        assert any(value != "0" for row in rows for value, _words in row)
        for value, words in (cell for row in rows for cell in row):
            assert NUMBER.match(words)
            assert words.replace(",", "") == value


MARKED: list[tuple[str, dict[str, Any], str]] = [
    ("publication.edited", {"fields": ["tracking"], "tracking": "off"}, "Clicks no longer counted"),
    ("publication.edited", {"fields": ["tracking"]}, "How clicks are counted"),
    (
        "publication.edited",
        {"fields": ["redirect_links"], "redirect_links": True},
        "Sent links can be changed",
    ),
    ("publication.dressed", {"theme": "poster"}, "Design changed: Poster"),
    ("publication.dressed", {"theme": "gone"}, "Design changed: gone"),
    ("publication.template_saved", {}, "Own template changed"),
    ("publication.template_put_aside", {}, "Own template no longer used"),
    ("relay.limited", {"name": "<b>relay</b>"}, "Limits of relay &lt;b&gt;relay&lt;/b&gt; changed"),
    *((f"relay.{done}", {"host": "smtp.example"}, "Relay smtp.example") for done in ("saved", "paused")),
]


def test_changes_are_marked_in_the_charts_over_time(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    readers: list[Subscription],
    make_sent: MakeSent,
) -> None:
    count(session, make_sent("one", days=3), "gmail", 2_000, 2)
    for action, detail, _words in MARKED:
        kind, id_ = ("transport", 1) if action.startswith("relay.") else ("publication", publication.id)
        audit.record(session, action, kind, id_, actor="ed", **detail)
    session.commit()
    for url in ("/admin/p/morning/mailings/providers", "/admin/p/morning/subscribers/growth"):
        page = read(editor_client, url)
        assert page.count("data-mark-at=") == len(MARKED)
        assert f'data-mark="{len(MARKED)}"' in page
        for _action, _detail, words in MARKED:
            assert words in page
    assert 'data-marks="changes"' in read(editor_client, "/admin/p/morning/mailings/providers")
