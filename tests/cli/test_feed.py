"""`newsletter feed …`: what scripts rely on."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.admin.inbox.test_feed_pages import OPML


@pytest.fixture(autouse=True)
def _publication(session: Session) -> None:
    make_publication(session)
    session.commit()


@both_databases
def test_feeds_are_added_imported_listed_polled_and_removed(run: Run, tmp_path: Path) -> None:
    assert "No feeds yet" in run("feed", "list", "--publication", "weekly").out
    added = run("feed", "add", "https://post.example/feed", "--publication", "weekly", "--json")
    assert (added.code, added.json["url"], added.json["stopped"]) == (0, "https://post.example/feed", False)
    (tmp_path / "feeds.opml").write_bytes(OPML)
    imported = run("feed", "import", str(tmp_path / "feeds.opml"), "--publication", "weekly", "--json").json
    assert ([feed["title"] for feed in imported["feeds"]], imported["already_there"]) == (["Radio"], 1)
    feeds = run("feed", "list", "--publication", "weekly", "--json").json["feeds"]
    assert len(feeds) == 2
    assert len(run("feed", "poll", "--json").json["feeds"]) == 2
    assert run("feed", "poll", str(added.json["id"])).code == 0
    assert run("feed", "remove", str(added.json["id"]), "--json").json["removed"] is True
    assert "Radio" in run("feed", "list", "--publication", "weekly").out


def test_mistakes_get_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for arguments, sentence in (
        (("add", "hello", "--publication", "weekly"), "Enter the address of a feed"),
        (("poll", "77"), "There is no feed 77"),
        (("remove", "77"), "There is no feed 77"),
        (("import", str(tmp_path / "text"), "--publication", "weekly"), "not OPML"),
        (("import", str(tmp_path / "none"), "--publication", "weekly"), "cannot be read"),
    ):
        done = run("feed", *arguments)
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
