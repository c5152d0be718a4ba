"""People are erased when time has passed, and nobody who still subscribes to anything."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.publications.edit import change_settings
from newsletter.publications.models import EXPIRED_KEPT_FOR, Publication
from newsletter.reports.checks import FURTHER_CHECKS
from newsletter.runtime import Runtime
from newsletter.sending.check_runner import CheckContext, Period
from newsletter.subscribers import retention
from newsletter.subscribers.consent import words
from newsletter.subscribers.erase import erase
from newsletter.subscribers.exports.process import forget_exports
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletter.subscribers.pause import months_later
from newsletter.subscribers.retention import Rule, apply_retention, count_due
from newsletter.subscribers.sign_up import sign_up
from tests.databases import both_databases
from tests.factories import files_below, make_publication, make_subscription

LEFT, EXPIRED, BY_EDITOR = EndReason.UNSUBSCRIBED, EndReason.EXPIRED, EndReason.ENDED_BY_EDITOR
DAY = timedelta(days=1)
KEEP_EXPIRED = EXPIRED_KEPT_FOR * DAY


@pytest.fixture
def weekly(session: Session) -> Publication:
    """Erases whoever left six months ago."""
    publication = make_publication(session)
    publication.erase_after_months = 6
    session.flush()
    return publication


def ended(
    session: Session, publication: Publication, email: str, reason: EndReason, ago: timedelta
) -> Subscription:
    at = clock.now() - ago
    return make_subscription(session, publication, email, state=State.ENDED, ended_reason=reason, ended_at=at)


def half_a_year(days: int) -> timedelta:
    """Six calendar months and so many days ago."""
    now = clock.now()
    return now - months_later(now, -6) + days * DAY


def run(runtime: Runtime, session: Session, tmp_path: Path) -> int:
    session.commit()
    return apply_retention(runtime.sessions, files_below(tmp_path))


def present(session: Session) -> set[str]:
    session.rollback()
    return {email.partition("@")[0] for email in session.scalars(select(Subscriber.email)) if email}


@both_databases
def test_who_is_due(session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path) -> None:
    keeps = make_publication(session, "keeps", name="The Keeper")
    for name, publication, reason, ago in (
        ("left-long-ago", weekly, LEFT, half_a_year(1)),
        ("ended-long-ago", weekly, BY_EDITOR, half_a_year(1)),
        ("left-lately", weekly, LEFT, half_a_year(-1)),
        ("left-the-keeper", keeps, LEFT, half_a_year(400)),
        ("expired-long-ago", keeps, EXPIRED, KEEP_EXPIRED + DAY),
        ("expired-lately", keeps, EXPIRED, KEEP_EXPIRED - DAY),
    ):
        ended(session, publication, f"{name}@x.example", reason, ago)
    for name, state in (("active", State.ACTIVE), ("paused", State.PAUSED), ("pending", State.PENDING)):
        make_subscription(session, weekly, f"{name}@x.example", state=state)
    both = ended(session, weekly, "elsewhere@x.example", LEFT, half_a_year(1)).subscriber
    session.add(Subscription(subscriber=both, publication=keeps, state=State.ACTIVE))
    assert run(runtime, session, tmp_path) == 3
    assert present(session) == {
        *("left-lately", "left-the-keeper", "expired-lately", "active", "paused", "pending", "elsewhere")
    }
    assert run(runtime, session, tmp_path) == 0


@both_databases
def test_a_rule_is_counted_before_it_is_one(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    keeps = make_publication(session, "keeps", name="The Keeper")
    for name, publication, reason, ago in (
        ("left-long-ago", keeps, LEFT, half_a_year(1)),
        ("left-lately", keeps, LEFT, 40 * DAY),
        ("expired", keeps, EXPIRED, 10 * DAY),
        ("of-another", weekly, LEFT, half_a_year(1)),
    ):
        ended(session, publication, f"{name}@x.example", reason, ago)
    both = ended(session, keeps, "both@x.example", LEFT, half_a_year(1)).subscriber
    session.add(Subscription(subscriber=both, publication=weekly, state=State.ACTIVE))
    session.flush()
    counted = [
        count_due(session, keeps.id, Rule(months, days))
        for months, days in ((None, 30), (None, 9), (6, 30), (1, 30), (1, 9))
    ]
    assert counted == [0, 1, 1, 2, 3]
    keeps.erase_after_months, keeps.erase_expired_after_days = 1, 9
    assert run(runtime, session, tmp_path) == 3 + 1
    assert present(session) == {"both"}


def test_sign_ups_that_nobody_confirmed_are_kept_as_long_as_a_publication_says(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    weekly.erase_expired_after_days = 90
    other = make_publication(session, "other")
    ended(session, weekly, "kept@x.example", EXPIRED, 80 * DAY)
    ended(session, weekly, "gone@x.example", EXPIRED, 91 * DAY)
    ended(session, other, "usual@x.example", EXPIRED, 31 * DAY)
    assert run(runtime, session, tmp_path) == 2
    assert present(session) == {"kept"}


def test_who_never_confirmed_is_not_kept_out(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    left = ended(session, weekly, "left@x.example", LEFT, half_a_year(1)).subscriber.address_hash
    expired = ended(session, weekly, "never@x.example", EXPIRED, half_a_year(1)).subscriber.address_hash
    assert run(runtime, session, tmp_path) == 2
    session.rollback()
    hashes = set(session.scalars(select(Suppression.address_hash)))
    assert (left in hashes, expired in hashes) == (True, False)


def test_whoever_comes_back_meanwhile_stays(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = ended(session, weekly, "back@x.example", LEFT, half_a_year(1))
    session.commit()
    found = retention.find_due(session)
    back.state, back.ended_reason, back.ended_at = State.ACTIVE, None, None
    session.commit()
    real = retention.find_due
    monkeypatch.setattr(
        retention, "find_due", lambda session, one=None: found if one is None else real(session, one)
    )
    assert run(runtime, session, tmp_path) == 0
    assert present(session) == {"back"}


@both_databases
@pytest.mark.parametrize("kind", [ConsentKind.CONFIRMED, ConsentKind.IMPORTED, ConsentKind.VOUCHED])
def test_who_agreed_once_is_judged_by_the_publication(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path, kind: ConsentKind
) -> None:
    """A request to come back that expired does not make them one who never agreed."""
    keeps = make_publication(session, "keeps", name="The Keeper")
    for publication in (weekly, keeps):
        again = ended(session, publication, f"{publication.slug}@x.example", EXPIRED, half_a_year(1))
        session.add(
            ConsentRecord(subscription_id=again.id, kind=kind, source=ConsentSource.FORM, at=clock.now())
        )
    gone = session.scalar(select(Subscriber.address_hash).where(Subscriber.email.like("weekly@%")))
    assert run(runtime, session, tmp_path) == 1
    assert present(session) == {"keeps"}
    assert session.scalars(select(Suppression.address_hash)).all() == [gone]


@both_databases
def test_a_run_is_told_once_for_each_publication(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    keeps = make_publication(session, "keeps", name="The Keeper")
    for name, publication, reason in (("a", weekly, LEFT), ("b", weekly, LEFT), ("c", keeps, EXPIRED)):
        ended(session, publication, f"{name}@x.example", reason, half_a_year(1))
    assert run(runtime, session, tmp_path) == 3
    session.rollback()
    told = select(AuditEntry).where(AuditEntry.action == "publication.people_erased")
    assert [(entry.subject_id, entry.detail) for entry in session.scalars(told.order_by(AuditEntry.id))] == [
        (weekly.id, {"people": 2}),
        (keeps.id, {"people": 1}),
    ]


def test_the_hourly_checks_erase_and_shorten(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    weekly.cut_ip_after_days = 30
    ended(session, weekly, "left@x.example", LEFT, half_a_year(1))
    stays = make_subscription(session, weekly, "stays@x.example")
    session.add(
        ConsentRecord(
            subscription_id=stays.id,
            kind=ConsentKind.CONFIRMED,
            source=ConsentSource.CONFIRMATION,
            ip="2001:db8:1:2::3",
            at=clock.now() - 31 * DAY,
        )
    )
    session.commit()
    files = files_below(tmp_path)
    context = CheckContext(
        runtime.sessions, 1, tmp_path, tmp_path, files.unsubscribes, recovery_seconds=15, files=files
    )
    for check in FURTHER_CHECKS:
        if check.period is Period.HOUR:
            check.run(context)
    assert present(session) == {"stays"}
    assert session.scalars(select(ConsentRecord.ip)).all() == ["2001:db8:1::/48"]


@both_databases
def test_two_runs_at_once_erase_each_person_once(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    for number in range(6):
        ended(session, weekly, f"reader{number}@x.example", LEFT, half_a_year(1))
    session.commit()
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(apply_retention, runtime.sessions, files_below(tmp_path)) for _ in range(2)]
        assert sum(run.result(30) for run in runs) == 6
    assert present(session) == set()
    erased = select(func.count()).where(AuditEntry.action == "subscriber.erased")
    assert session.scalar(erased) == 6


@both_databases
def test_an_editor_erases_the_same_person_meanwhile(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    """Both lock the same rows in the same order."""
    left = ended(session, weekly, "left@x.example", LEFT, half_a_year(1)).subscriber_id
    session.commit()
    files = files_below(tmp_path)
    with ThreadPoolExecutor(1) as pool, runtime.sessions() as editor:
        forget_exports(editor)  # as far as `erase` has come
        run = pool.submit(apply_retention, runtime.sessions, files)
        wait([run], 0.5)
        erase(editor, left, actor="editor", files=files)
        editor.commit()
        assert run.result(30) == 0
    assert present(session) == set()


@both_databases
def test_files_of_exports_are_deleted(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    ended(session, weekly, "left@x.example", LEFT, half_a_year(1))
    files = files_below(tmp_path)
    files.exports.folder.mkdir(parents=True)
    (files.exports.folder / "0f1e.csv").write_text("email\nleft@x.example\n")
    assert run(runtime, session, tmp_path) == 1
    assert list(files.exports.folder.iterdir()) == []


@both_databases
def test_who_was_erased_unconfirmed_may_sign_up_again(
    session: Session, runtime: Runtime, weekly: Publication, tmp_path: Path
) -> None:
    ended(session, weekly, "never@x.example", EXPIRED, half_a_year(1))
    assert run(runtime, session, tmp_path) == 1
    session.rollback()
    address, agreed = parse_address("never@x.example"), words(weekly.name, "en")
    sign_up(session, publication=weekly, address=address, words=agreed, source=ConsentSource.FORM)
    session.commit()
    assert present(session) == {"never"}
    assert State.PENDING in session.scalars(select(Subscription.state)).all()


@pytest.mark.parametrize("months", ["0", "121", "-1", "1.5", "six", "٣", "9" * 30])
def test_another_number_is_refused(session: Session, weekly: Publication, months: str) -> None:
    with pytest.raises(Refused, match="whole number from 1 to 120"):
        change_settings(session, weekly, {"erase_after_months": months}, actor="test")


def test_it_is_set_and_taken_back(session: Session, weekly: Publication) -> None:
    change_settings(session, weekly, {"erase_after_months": "12", "cut_ip_after_days": "30"}, actor="test")
    assert (weekly.erase_after_months, weekly.cut_ip_after_days) == (12, 30)
    change_settings(session, weekly, {"erase_expired_after_days": "7"}, actor="test")
    assert weekly.erase_expired_after_days == 7
    change_settings(session, weekly, {"erase_expired_after_days": ""}, actor="test")
    assert weekly.erase_expired_after_days == EXPIRED_KEPT_FOR
    change_settings(session, weekly, {"erase_after_months": ""}, actor="test")
    assert (weekly.erase_after_months, weekly.cut_ip_after_days) == (None, 30)
