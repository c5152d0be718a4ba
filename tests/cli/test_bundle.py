"""`newsletter issue bundle` and `verify`, and `newsletter delivery show`: what scripts rely on."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.demo.make import Demo, make_demo
from newsletter.mailings.models import Delivery, Mailing, Outcome
from newsletter.media.files import MediaFiles
from newsletter.runtime import Runtime
from newsletter.subscribers.models import Subscriber
from tests.cli.conftest import Run
from tests.databases import both_databases


@pytest.fixture
def demo(session: Session, runtime: Runtime) -> Demo:
    made = make_demo(session, MediaFiles(runtime.settings.media_dir), runtime.links)
    session.commit()
    return made


def test_an_issue_is_bundled_and_verified(run: Run, demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "issue.zip"
    written = run("issue", "bundle", str(demo.draft_id), "-o", str(file), "--json")
    assert (written.code, written.json["octets"]) == (0, file.stat().st_size)
    verified = run("issue", "verify", str(file), "--json")
    assert (verified.code, verified.json["identical"], verified.json["issue"]) == (0, True, demo.draft_id)
    assert "the same message" in run("issue", "verify", str(file)).out
    file.write_bytes(b"hello")
    refused = run("issue", "verify", str(file))
    assert (refused.code, refused.out) == (2, "")
    assert "is not a bundle" in refused.err
    assert "cannot be read" in run("issue", "verify", str(tmp_path / "none")).err
    nowhere = str(tmp_path / "none" / "issue.zip")
    assert "cannot be written" in run("issue", "bundle", str(demo.draft_id), "-o", nowhere).err


@both_databases
def test_what_a_person_got_is_shown(run: Run, demo: Demo, session: Session) -> None:
    mailing = session.get_one(Mailing, demo.mailing_id)
    rows = session.execute(
        select(Delivery.outcome, Subscriber.email)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.mailing_id == mailing.id)
    )
    addresses = {row[0]: row[1] for row in rows}
    session.rollback()
    address = addresses[Outcome.SENT]
    assert address
    shown = run("delivery", "show", str(demo.mailing_id), address, "--format", "eml", "--json")
    assert (shown.code, shown.json["outcome"], shown.json["format"]) == (0, "sent", "eml")
    assert f"<{address}>" in shown.json["content"] or f"To: {address}" in shown.json["content"]
    for form, begin in (("html", "<!DOCTYPE html>"), ("text", "Coalition Weekly")):
        content = run("delivery", "show", str(demo.mailing_id), address, "--format", form, "--json").json
        assert content["content"].startswith(begin)
    excluded = run("delivery", "show", str(demo.mailing_id), str(addresses[Outcome.EXCLUDED]))
    assert (excluded.code, "No copy of mailing" in excluded.err) == (2, True)
    assert run("delivery", "show", str(demo.mailing_id), "nobody@readers.example").code == 2
