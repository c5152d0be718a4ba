"""`newsletter issue correct`, `links` and `change-link`."""

import json
from pathlib import Path

from sqlalchemy.orm import Session

from newsletter.issues.publish import publish_issue
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.cli.conftest import Run
from tests.corrections.conftest import MILL, PORTS, write_issue
from tests.databases import both_databases
from tests.factories import make_publication, make_readers

NEW = "https://tide.example/the-mill"


@both_databases
def test_a_link_is_mended_and_a_mail_begun(session: Session, runtime: Runtime, run: Run) -> None:
    publication = make_publication(session)
    publication.redirect_links = True
    make_readers(session, publication, 1)
    issue = write_issue(session, publication)
    early = run("issue", "change-link", str(issue.id), MILL, NEW)
    assert (early.code, early.err) == (
        2,
        "newsletter: This issue was not sent yet. Change the link in the issue itself.\n",
    )
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    done = run("issue", "change-link", str(issue.id), MILL, NEW, "--json")
    assert done.json == {"issue": issue.id, "url": MILL, "old": MILL, "new": NEW, "changed": True}
    assert (
        run("issue", "change-link", str(issue.id), MILL, NEW).out
        == f"The link to {NEW} leads already to {NEW}.\n"
    )
    assert run("issue", "change-link", str(issue.id), MILL, "ftp://a.example/").code == 2
    begun = run("issue", "correction-mail", str(issue.id), "--json")
    assert begun.json == {
        "issue": issue.id + 1,
        "corrects": issue.id,
        "title": "Correction: Week one",
        "readers": 0,  # nobody has got it yet
    }
    again = run("issue", "correction-mail", str(issue.id))
    assert "“Correction: Week one”, for 0 people who got issue" in again.out
    assert run("issue", "correction-mail", str(issue.id + 1)).code == 2
    [mill, ports] = run("issue", "links", str(issue.id), "--json").json["links"]
    assert (mill["url"], mill["target"], ports["url"]) == (MILL, NEW, PORTS)
    assert [(each["by"], each["old"]) for each in mill["mends"]] == [("command line", MILL)]


def test_the_web_page_is_corrected_from_a_file(session: Session, run: Run, tmp_path: Path) -> None:
    publication = make_publication(session)
    issue = write_issue(session, publication)
    file = tmp_path / "right.json"
    document = json.loads(run("issue", "export", str(issue.id)).out)
    file.write_text(json.dumps(document | {"title": "Week 1"}))
    given = ("issue", "correct", str(issue.id), "--file", str(file))
    early = run(*given, "--note", "A figure.")
    assert (early.code, "no web page yet" in early.err) == (2, True)
    publish_issue(session, issue.revisions[0])
    session.commit()
    assert run(*given, "--note", " ").code == 2
    done = run(*given, "--note", "A figure.", "--revision", "1", "--json")
    assert done.json == {
        "issue": issue.id,
        "correction": 1,
        "revision": 2,
        "url": "http://localhost/archive/weekly/one",
    }
    late = run(*given, "--note", "Again.", "--revision", "1")
    assert (late.code, "Someone else corrected" in late.err) == (2, True)
    same = run(*given, "--note", "Again.")
    assert (same.code, "is the same as before" in same.err) == (2, True)
    assert run("issue", "correct", str(issue.id), "--file", "nowhere.json", "--note", "x").code == 2
    draft = str(write_issue(session, publication, "two").id)
    [offered] = run("issue", "errata", draft, "--json").json["errata"]
    assert (offered["correction"], offered["corrects"], offered["note"]) == (1, issue.id, "A figure.")
    assert "1: of issue" in run("issue", "errata", draft).out
    assert run("issue", "errata", draft, "--insert", "1", "--json").json["errata"] == []
    assert "**Week 1**" in run("issue", "export", draft).out
    assert run("issue", "errata", draft, "--dismiss", "7").code == 2
