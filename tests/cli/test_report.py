"""`newsletter report`: numbers with what they are of, for people and as JSON."""

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.reports.models import ProviderCount, ProviderCounting
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


def test_growth_of_a_publication(run: Run, publication: Publication) -> None:
    told = run("report", "publication", "weekly", "--from", "2026-01-01", "--to", "2026-03-31", "--json").json
    assert (told["active"], told["total"]["net"], told["period"]) == (4, 0, "week")
    assert len(run("report", "publication", "weekly", "--by", "month", "--json").json["periods"]) == 13
    assert "Active now: 4" in run("report", "publication", "weekly").out
    assert run("report", "publication", "daily").code == 2
    assert run("report", "publication", "weekly", "--from", "2026-02-30").code == 2
    assert run("report", "publication", "weekly", "--from", "2026-03-02", "--to", "2026-03-01").code == 2


def test_deliveries_by_provider(run: Run, session: Session, make_sent: MakeSent) -> None:
    mailing_id = make_sent("one", days=1)
    session.add(ProviderCounting(mailing_id=mailing_id, counted_at=clock.now()))
    numbers = {"recipients": 1_001, "sent": 1_000, "deferred": 2, "complaints": 1}
    session.add(ProviderCount(mailing_id=mailing_id, receiver="gmail", **numbers))
    session.commit()
    [gmail] = run("report", str(mailing_id), "--json").json["providers"]
    assert (gmail["name"], gmail["sent"], gmail["complaint_level"]) == ("Gmail", 1_000, "raised")
    assert gmail["complaints"] == {"count": 1, "of": 1_000, "rate": 0.001}
    over_time = run("report", "publication", "weekly", "--json").json["providers"]
    assert over_time["total"] == [gmail]
    assert [each["mailing"] for each in over_time["mailings"]] == [mailing_id]
    for command in (("report", str(mailing_id)), ("report", "publication", "weekly")):
        assert "(0.10%)" in run(*command).out  # below “1 of 1,000”
    past = run("report", "publication", "weekly", "--from", "2020-01-01", "--to", "2020-02-01", "--json").json
    assert past["providers"] == {"mailings": [], "total": []}


def test_what_was_read(run: Run, make_sent: MakeSent) -> None:
    assert "No stories" in run("report", "stories", "weekly").out
    make_sent("one", clicks=4)
    told = run("report", "stories", "weekly", "--json").json
    assert (told["mailings"], told["other_clicks"]) == (1, 4)
    assert run("report", "stories", "daily").code == 2
