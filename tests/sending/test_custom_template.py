"""A mailing in its publication's own template: pinned, made again byte for byte, or held with the line."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.bundles.verify import verify_bundle
from newsletter.bundles.write import write_bundle
from newsletter.core import clock
from newsletter.core.errors import Retryable
from newsletter.issues.models import Revision
from newsletter.mailings.models import Control, Mailing
from newsletter.media.files import MediaFiles
from newsletter.preflight.check import check
from newsletter.publications.find_template import find_version
from newsletter.publications.models import Publication
from newsletter.publications.template_versions import use_theme
from newsletter.rendering.custom_template import process
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.copy_sent import find_copy
from newsletter.sending.freeze import freeze
from newsletter.smtp.sink import Options, Sink
from tests.publications.templates import keep_template
from tests.rendering.custom_template.samples import SMALLEST
from tests.sending.process import sending_processes

OTHER = SMALLEST.replace("<body>", "<body><p>Another layout</p>")


def test_what_was_sent_is_made_again_whatever_becomes_of_the_template(
    runtime: Runtime, session: Session, scheduled: int
) -> None:
    publication = session.scalars(select(Publication)).one()
    keep_template(session, publication, SMALLEST, "gazette")
    session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links)
    with Sink(Options(keep_content=True)) as sink, sending_processes(runtime) as make_one:
        make_one(sink.url, 10).drain(scheduled, seconds=30)
        got = {record.recipient: record.content for record in sink.records}
    keep_template(session, publication, OTHER, "poster")
    use_theme(session, publication, actor="test")
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        copy = find_copy(
            session,
            scheduled,
            "reader3@readers.example",
            links=runtime.links,
            secrets=runtime.settings.secrets,
            bounce_domain=runtime.settings.bounce_domain,
        )
        assert copy.eml == got[copy.address]
        assert "issuetitle" not in copy.html
        issue_id = session.get_one(Mailing, scheduled).issue_id
        bundle = write_bundle(session, issue_id, runtime.links, MediaFiles(runtime.settings.media_dir))
    assert verify_bundle(bundle).identical


def test_without_room_for_the_process_the_freeze_is_tried_again(
    runtime: Runtime, session: Session, scheduled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = session.scalars(select(Publication)).one()
    keep_template(session, publication, SMALLEST, "gazette")
    session.commit()
    with monkeypatch.context() as without_python:
        process.end_process()
        without_python.setattr("sys.executable", "/nowhere/python")
        with pytest.raises(Retryable):
            freeze(runtime.sessions, scheduled, runtime.links)
    assert session.get_one(Mailing, scheduled).control is Control.GO
    session.rollback()
    assert freeze(runtime.sessions, scheduled, runtime.links)


def test_a_template_that_fails_blocks_the_issue_and_holds_its_mailing(
    runtime: Runtime, session: Session, scheduled: int
) -> None:
    publication = session.scalars(select(Publication)).one()
    keep_template(session, publication, SMALLEST, "gazette")
    # As if it were wrong for this issue only.
    find_version(session, publication, 1).text = f"{SMALLEST}\n{{{{ nobody }}}}"
    session.commit()
    mailing = session.get_one(Mailing, scheduled)
    sentence = "Line 11 of the template (version 1): 'nobody' is undefined."
    revision = session.get_one(Revision, mailing.revision_id)
    findings = check(session, revision, publication, runtime.links)
    assert [each.message for each in findings if each.rule == "render"] == [
        f"The issue cannot be rendered: {sentence}"
    ]
    session.rollback()
    assert not freeze(runtime.sessions, scheduled, runtime.links)
    session.expire_all()
    assert (mailing.control, mailing.held_reason) == (Control.PAUSE, f"It cannot be rendered: {sentence}")
    find_version(session, publication, 1).text = SMALLEST
    control.resume(session, scheduled, actor="test")
    session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links)
