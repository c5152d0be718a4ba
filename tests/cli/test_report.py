"""`newsletter report`: numbers with what they are of, for people and as JSON."""

from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.reports.conftest import MakeSent, make_sent, publication

__all__ = ["make_sent", "publication"]


@both_databases
def test_the_report_of_a_mailing(run: Run, session: Session, make_sent: MakeSent) -> None:
    earlier, mailing_id = make_sent("one", days=7), make_sent("two", sent=200, clicks=30)
    told = run("report", str(mailing_id), "--json").json
    assert told == run("report", "mailing", str(mailing_id), "--json").json
    assert told["clicks"] == {"count": 30, "of": 200, "rate": 0.15}
    assert told["rejected_reasons"] == {"no_such_user": 1}
    assert told["unsubscribes"] == {"count": 0, "of": 200, "rate": 0.0}
    assert told["followed"]["opens_estimate"]["proxy_share"] == {"count": 1, "of": 1, "rate": None}
    assert [each["mailing"] for each in told["compared"]] == [earlier]
    shown = run("report", str(mailing_id)).out
    assert "30 of 200 (15.00%)" in shown
    assert "no such user" in shown
    unknown = run("report", "99", "--json")
    assert (unknown.code, unknown.out) == (2, "")
    assert run("report", "yesterday").code == 2
