"""Tracked links and pixels: always answered, never forged, recorded only where that is wanted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import make_engine
from newsletter.core.tracking_tokens import LONGEST_TARGET
from newsletter.redirects.models import LinkMend, MailingLink
from newsletter.tracking import mended
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from newsletter.tracking.recorder import Recorder
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream
from newsletter.web import database
from newsletter.web.tracking import GIF, tracking_of
from tests.tracking.conftest import URLS, MakeCopies

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"
NO_REDIS = "redis://127.0.0.1:1/0"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(autouse=True)
def hits(app: Flask) -> Iterator[HitStream]:
    """The stream, empty; nothing of this test comes into it after the test."""
    stream = HitStream(app.extensions["newsletter_settings"].effective_redis_url)
    recorded(app, stream)
    yield stream
    tracking_of(app).flush()


def recorded(app: Flask, stream: HitStream) -> list[Hit]:
    """What the application has recorded since this was asked last."""
    tracking_of(app).flush()
    entries = stream.read(clock.now(), 100_000)
    if entries:
        stream.remove([entry_id for entry_id, _ in entries])
    return [hit for _, hit in entries if hit is not None]


def test_links_lead_on_and_pixels_are_shown(
    app: Flask, client: FlaskClient, hits: HitStream, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    for path, url in zip(copies.links(2), URLS, strict=True):
        answer = client.get(path, headers=FIREFOX)
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
        for header, value in (("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex, nofollow")):
            assert answer.headers[header] == value
        assert "Set-Cookie" not in answer.headers
    assert client.head(copies.links(2)[0]).status_code == 302
    assert client.get(copies.pixel(2)).data == GIF
    client.get(copies.canary(2))
    found = recorded(app, hits)
    assert [hit.kind for hit in found] == [EventKind.CLICK] * 4 + [EventKind.OPEN, EventKind.CANARY]
    assert {(hit.mailing_id, hit.seq) for hit in found} == {(copies.mailing_id, 2)}
    assert [hit.is_head for hit in found] == [False] * 3 + [True] + [False] * 2
    assert found[0].agent == FIREFOX["User-Agent"]
    assert client.post(copies.links(2)[0]).status_code == 405


def test_who_does_not_want_to_be_recorded_is_led_on_and_not_recorded(
    app: Flask, client: FlaskClient, hits: HitStream, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    first, pixel = copies.links(1)[0], copies.pixel(1)
    for wish in ({"Sec-GPC": "1"}, {"DNT": "1"}):
        assert client.get(first, headers=wish).headers["Location"] == URLS[0]
        assert client.get(pixel, headers=wish).data == GIF
    no_recipient = first.rpartition(".")[0] + "."  # in the email as a web page
    assert client.get(no_recipient).status_code == 302
    assert recorded(app, hits) == []
    client.get(first, headers={"Sec-GPC": "0", "DNT": "0"})
    assert len(recorded(app, hits)) == 1


def test_what_is_changed_in_any_place_is_a_404(
    app: Flask, client: FlaskClient, hits: HitStream, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    token = copies.links(1)[0].removeprefix("/l/")
    of_other = token.partition(".")[0] + "." + copies.pixel(1).removeprefix("/o/").partition(".")[0]
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    flipped = [token[:n] + chr(ord(token[n]) ^ 1) + token[n + 1 :] for n in range(len(token))]
    for forged in (
        *changed,
        *flipped,
        of_other,
        f"{token}x",
        f"{token}.",
        token.partition(".")[0],
        ".",
        "..x",
    ):
        answer = client.get(f"/l/{forged}")
        assert (answer.status_code, "Location" in answer.headers) == (404, False), forged
    pixel = copies.pixel(1)
    for n in range(3, len(pixel) - 4):
        assert client.get(pixel[:n] + ("A" if pixel[n] != "A" else "B") + pixel[n + 1 :]).data == GIF
    assert recorded(app, hits) == []


def test_a_link_of_another_mailing_takes_no_token_of_this_one(
    client: FlaskClient, make_copies: MakeCopies
) -> None:
    copies = make_copies()
    links = copies.runtime.links
    foreign = links.tracked_link(copies.mailing_id + 1, 1, URLS[0]).removeprefix(links.public_url)
    reader = copies.links(1)[0].partition(".")[2]
    assert client.get(f"{foreign}{reader}").status_code == 404


def test_without_a_database_each_link_leads_on_and_mended_ones_lead_to_where_they_last_did(
    app: Flask, client: FlaskClient, session: Session, make_copies: MakeCopies, hits: HitStream
) -> None:
    copies = make_copies()
    first = session.query(MailingLink).order_by(MailingLink.id).first()
    assert first is not None
    session.add(LinkMend(link_id=first.id, old_target=URLS[0], new_target="https://new.example/", actor="x"))
    first.target = "https://new.example/"
    session.commit()
    assert client.get(copies.links(1)[0]).headers["Location"] == "https://new.example/"
    database.use(app, make_engine(UNREACHABLE))
    for seq in (1, 2, 3):
        led = [client.get(path).headers["Location"] for path in copies.links(seq)]
        assert led == ["https://new.example/", *URLS[1:]]
    assert len(recorded(app, hits)) == 10


def test_a_process_that_never_reached_the_database_leads_on(
    app: Flask, client: FlaskClient, make_copies: MakeCopies, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = make_copies()
    database.use(app, make_engine(UNREACHABLE))
    monkeypatch.setattr(mended, "FIRST_SECONDS", 0.2)
    assert [client.get(path).headers["Location"] for path in copies.links(1)] == list(URLS)


def test_a_long_address_is_asked_from_the_database_and_counted(
    app: Flask, client: FlaskClient, session: Session, make_copies: MakeCopies, hits: HitStream
) -> None:
    copies = make_copies()
    links = copies.runtime.links
    row = MailingLink(
        mailing_id=copies.mailing_id, url="x", target="https://long.example/" + "x" * LONGEST_TARGET
    )
    session.add(row)
    session.commit()
    path = links.tracked_link(copies.mailing_id, row.id, row.target).removeprefix(links.public_url)
    reader = copies.links(1)[0].partition(".")[2]
    answer = client.get(f"{path}{reader}")
    assert (answer.status_code, answer.headers["Location"]) == (302, row.target)
    assert [(hit.link_id, hit.seq) for hit in recorded(app, hits)] == [(row.id, 1)]


def test_while_redis_is_away_hits_wait_on_the_disk_and_come_when_it_is_back(
    app: Flask, hits: HitStream, redis_url: str
) -> None:
    spool = HitSpool(app.extensions["newsletter_settings"].data_dir)
    away = Recorder(HitStream(NO_REDIS), spool)
    for n in range(5):
        away.record(EventKind.CLICK, 1, n, 1, is_head=False, agent="Firefox")
    away.flush()
    assert [hit.link_id for name in spool.waiting() for hit in spool.read(name)] == [0, 1, 2, 3, 4]
    back = Recorder(hits, spool)
    back.record(EventKind.CLICK, 1, 5, 1, is_head=False, agent="Firefox")
    back.flush()
    assert sorted(hit.link_id for hit in recorded(app, hits)) == [0, 1, 2, 3, 4, 5]
    assert spool.waiting() == []


def test_a_full_spool_takes_no_more(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.tracking.spool.MOST", 2)
    spool = HitSpool(tmp_path)
    recorder = Recorder(HitStream(NO_REDIS), spool)
    for _ in range(3):
        recorder.record(EventKind.CLICK, 1, 1, 1, is_head=False, agent="")
        try:
            recorder.flush()
        except OSError as full:
            assert "as many files as it may" in str(full)  # noqa: PT017
    assert len(spool.waiting()) == 2
