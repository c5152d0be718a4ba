"""Bundles: an issue in a file that proves what it was, without a database."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.bundles.verify import verify_bundle
from newsletter.bundles.write import write_bundle
from newsletter.core.errors import Missing, Refused
from newsletter.demo.make import Demo, make_demo
from newsletter.document import loads
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.issues.snippets.save import SnippetWords, save_snippet
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.store import original_name
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime

Write = Callable[[int], bytes]


@pytest.fixture
def demo(session: Session, runtime: Runtime) -> Demo:
    made = make_demo(session, MediaFiles(runtime.settings.media_dir), runtime.links)
    session.commit()
    return made


@pytest.fixture
def write(session: Session, runtime: Runtime) -> Write:
    def bundle(issue_id: int) -> bytes:
        octets = write_bundle(session, issue_id, runtime.links, MediaFiles(runtime.settings.media_dir))
        session.rollback()
        return octets

    return bundle


def changed(octets: bytes, name: str, new: bytes | None) -> bytes:
    """The bundle with another file in place of `name`, or without it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(whole, "w") as archive:
        for member in old.namelist():
            if member != name:
                archive.writestr(member, old.read(member))
        if new is not None:
            archive.writestr(name, new)
    return whole.getvalue()


def test_the_bundle_of_a_draft_is_the_same_each_time_and_is_made_again(write: Write, demo: Demo) -> None:
    octets = write(demo.draft_id)
    assert write(demo.draft_id) == octets
    found = verify_bundle(octets)
    assert found.identical
    assert (found.facts["issue"], found.facts["mailing"]) == (demo.draft_id, None)
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert set(archive.namelist()) >= {"manifest.json", "document.json", "made-of.json", "checks.json"}
        assert json.loads(archive.read("checks.json"))["findings"]


def test_the_bundle_of_a_draft_holds_the_pictures_of_its_design_and_the_words_of_its_snippets(
    write: Write, session: Session, demo: Demo
) -> None:
    issue = session.get_one(Issue, demo.draft_id)
    header = session.scalars(select(MediaFile).order_by(MediaFile.id)).all()[-1]
    issue.publication.theme_tokens = {"header_image": header.key, "header_alt": "The harbour"}
    words = SnippetWords("Support", "Give what a *coffee* costs.")
    save_snippet(session, issue.publication, "support", words, actor="ana")
    document = json.loads(find_revision(session, issue).document)
    document["sections"].append({"id": "s-support", "type": "snippet", "key": "support"})
    save_document(session, issue.publication, loads(json.dumps(document)), author="ana")
    session.commit()
    octets = write(demo.draft_id)
    assert verify_bundle(octets).identical
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert f"media/{original_name(header)}" in archive.namelist()
        assert "what a" in archive.read("message.json").decode()


def test_the_bundle_of_what_was_sent_is_that_of_the_day_it_was_sent(
    write: Write, session: Session, demo: Demo
) -> None:
    sent = session.get_one(Mailing, demo.mailing_id).issue_id
    stored = session.get_one(StoredMessage, (demo.mailing_id, "")).compiled
    session.execute(update(Publication).values(name="Another name", theme="poster"))
    session.commit()
    octets = write(sent)
    found = verify_bundle(octets)
    assert found.identical
    assert found.facts["mailing"] == demo.mailing_id
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.read("message.json").decode() == stored
        assert any(name.startswith("media/") for name in archive.namelist())
    session.execute(update(StoredMessage).values(made_of=""))  # as earlier versions sent it
    session.commit()
    found = verify_bundle(write(sent))
    assert (found.identical, found.rebuilt, found.problem) == (False, False, "")


def test_whatever_was_changed_is_named(write: Write, demo: Demo) -> None:
    octets = write(demo.draft_id)
    for name, new, problem in (
        ("document.json", b"{}", "document.json was changed"),
        ("message.json", None, "message.json is missing"),
        ("more.txt", b"hello", "more.txt was added"),
    ):
        found = verify_bundle(changed(octets, name, new))
        assert not found.identical
        assert problem in found.problem


def test_a_message_that_differs_is_noticed(write: Write, demo: Demo) -> None:
    octets = write(demo.draft_id)
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        made_of = archive.read("made-of.json").replace(b"Coalition", b"Collision")
    manifest["files"]["made-of.json"] = hashlib.sha256(made_of).hexdigest()
    forged = changed(changed(octets, "made-of.json", made_of), "manifest.json", json.dumps(manifest).encode())
    assert "differs" in verify_bundle(forged).problem
    manifest["files"]["made-of.json"] = hashlib.sha256(b"{}").hexdigest()
    forged = changed(changed(octets, "made-of.json", b"{}"), "manifest.json", json.dumps(manifest).encode())
    assert "cannot make the message again" in verify_bundle(forged).problem


def test_what_is_no_bundle_is_refused(write: Write, demo: Demo) -> None:
    octets = write(demo.draft_id)
    for wrong in (
        b"",
        b"hello",
        octets[:-100],
        changed(octets, "manifest.json", None),
        changed(octets, "manifest.json", b"[]"),
        changed(octets, "manifest.json", b'{"format": 99, "files": {}}'),
        changed(octets, "manifest.json", b'{"format": 1, "files": ["message.json"]}'),
    ):
        with pytest.raises(Refused):
            verify_bundle(wrong)
    with pytest.raises(Missing):
        write(999)
