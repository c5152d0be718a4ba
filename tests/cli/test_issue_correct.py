"""`newsletter issue links` and `mend-link`."""

from sqlalchemy.orm import Session

from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.cli.conftest import Run
from tests.corrections.conftest import MILL, PORTS, write_issue
from tests.databases import both_databases
from tests.factories import make_publication, make_readers

NEW = "https://tide.example/the-mill"


@both_databases
def test_a_link_is_mended(session: Session, runtime: Runtime, run: Run) -> None:
    publication = make_publication(session)
    publication.redirect_links = True
    make_readers(session, publication, 1)
    issue = write_issue(session, publication)
    early = run("issue", "mend-link", str(issue.id), MILL, NEW)
    assert (early.code, early.err) == (
        2,
        "newsletter: This issue was not sent yet. Change the link in the issue itself.\n",
    )
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    done = run("issue", "mend-link", str(issue.id), MILL, NEW, "--json")
    assert done.json == {"issue": issue.id, "url": MILL, "old": MILL, "new": NEW, "changed": True}
    assert (
        run("issue", "mend-link", str(issue.id), MILL, NEW).out
        == f"The link to {NEW} leads already to {NEW}.\n"
    )
    assert run("issue", "mend-link", str(issue.id), MILL, "ftp://a.example/").code == 2
    [mill, ports] = run("issue", "links", str(issue.id), "--json").json["links"]
    assert (mill["url"], mill["target"], ports["url"]) == (MILL, NEW, PORTS)
    assert [(each["by"], each["old"]) for each in mill["mends"]] == [("command line", MILL)]
