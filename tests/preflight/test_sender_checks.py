"""Sender checks: what records mean, and workers that ask for them; no test asks the DNS itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.roles import deactivate
from newsletter.core.links import Links
from newsletter.dns_records.ask import DnsSilent
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.outbox.models import SystemMessage
from newsletter.preflight.check import check
from newsletter.preflight.sender_checks.check import AGAIN, EVERY, SenderContext, check_sender
from newsletter.preflight.sender_checks.examine import examine_sender
from newsletter.preflight.sender_checks.identity import MailIdentity, OurMail
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.vanished import vanished_records
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.smtp.dkim import Algorithm
from newsletter.transports.dkim_keys import activate, make_key, remove
from newsletter.transports.models import DkimKey
from tests.factories import make_issue, make_publication

SPF, DMARC = ["v=spf1 mx ~all"], ["v=DMARC1; p=none"]
GOOD = {"press.org": ["google-verification=1", *SPF], "_dmarc.press.org": DMARC}
MAIL = MailIdentity("press.org", "press.org")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRETS = ["a secret of thirty-two characters"]
OURS = OurMail(SECRETS)
# A key that nobody has (RFC 8463 §A.2).
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


class Resolver:
    """A DNS that has `records` and remembers what it was asked; without any it does not answer."""

    def __init__(self, records: Mapping[str, Sequence[str]] | None) -> None:
        self.records = records
        self.asked: list[str] = []

    def __call__(self, name: str, kind: str = "TXT", /) -> list[str]:
        self.asked.append(name)
        if self.records is None:
            raise DnsSilent(name, "timeout")
        return list(self.records.get(name, ())) if kind == "TXT" else []


@pytest.mark.parametrize(
    ("identity", "records", "sentence"),
    [
        (MAIL, {"_dmarc.press.org": DMARC}, "press.org has no SPF record"),
        (MAIL, GOOD | {"press.org": SPF * 2}, "press.org has 2 SPF records, so none of them counts"),
        (MAIL, GOOD | {"press.org": ["v=spf1 +all"]}, "lets anyone send in its name"),
        (MAIL, GOOD | {"press.org": ["v=spf10 -all"]}, "press.org has no SPF record"),
        (MAIL, {"press.org": SPF}, "press.org has no DMARC record (_dmarc.press.org)"),
        (MAIL, GOOD | {"_dmarc.press.org": DMARC * 2}, "press.org has 2 DMARC records"),
        (MAIL, GOOD | {"_dmarc.press.org": ["v=DMARC1;p=reject"]}, "asks receivers to refuse what fails"),
        (
            MailIdentity("press.org", "mail.net"),
            GOOD | {"mail.net": SPF},
            "Neither the return path (mail.net) nor a signature of ours is of press.org",
        ),
        (
            MailIdentity("news.press.org", "news.press.org", "press.org"),
            {"news.press.org": SPF, "_dmarc.press.org": ["v=DMARC1; p=none; adkim=s"]},
            "signed as press.org, but its DMARC record requires the very same domain",
        ),
        (
            MailIdentity("press.org", "press.org", "press.org", (("k1._domainkey.press.org", KEY),)),
            GOOD,
            "the DNS does not have the key, k1._domainkey.press.org",
        ),
    ],
)
def test_a_problem_is_told(identity: MailIdentity, records: dict[str, list[str]], sentence: str) -> None:
    [problem] = examine_sender(identity, Resolver(records)).problems
    assert sentence in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("identity", "records"),
    [
        (MAIL, GOOD),
        (MAIL, GOOD | {"_dmarc.press.org": ["other", "V=dmarc1 ; p=none"]}),
        (MailIdentity("a.b.press.org", "bounces.a.b.press.org"), GOOD | {"bounces.a.b.press.org": SPF}),
        (
            MailIdentity("press.org", "mail.net", "press.org", (("k._domainkey.press.org", KEY),)),
            GOOD | {"mail.net": SPF, "k._domainkey.press.org": [KEY]},
        ),
    ],
)
def test_what_is_aligned_is_no_problem(identity: MailIdentity, records: dict[str, list[str]]) -> None:
    assert examine_sender(identity, Resolver(records)).problems == []


@pytest.fixture
def publication(session: Session) -> Publication:
    made = make_publication(session, sender_email="desk@press.org")
    session.commit()
    return made


def findings(session: Session, publication: Publication, links: Links) -> list[str]:
    session.expire_all()
    issue = session.scalar(select(Issue)) or make_issue(session, publication)
    found = check(session, find_revision(session, issue), publication, links)
    session.commit()
    return [finding.message for finding in found if finding.rule == "sender_dns"]


def test_a_worker_asks_and_the_review_says_it(
    runtime: Runtime, session: Session, publication: Publication, links: Links
) -> None:
    resolver = Resolver(None)
    context = SenderContext(runtime.sessions, resolver, OURS)
    with time_machine.travel(NOW, tick=False) as now:
        assert check_sender(context)  # the DNS does not answer: not known yet, which is no problem
        assert not check_sender(context)
        assert findings(session, publication, links) == []
        now.shift(AGAIN + timedelta(seconds=1))
        resolver.records = {"press.org": SPF}
        assert check_sender(context)
        [problem] = findings(session, publication, links)
        assert "no DMARC record" in problem
        now.shift(EVERY + timedelta(seconds=1))
        resolver.records = None
        assert check_sender(context)
        assert findings(session, publication, links) == [problem]  # what was known stays known
        now.shift(AGAIN + timedelta(seconds=1))
        resolver.records = GOOD
        assert check_sender(context)
        assert findings(session, publication, links) == []


def test_our_own_key_counts(runtime: Runtime, session: Session, publication: Publication) -> None:
    key = make_key(session, "press.org", "k1", Algorithm.ED25519, SECRETS, actor="test")
    activate(session, key.key, SECRETS, None, actor="test")
    session.commit()
    records = GOOD | {"bounces.net": SPF, key.name: [key.text]}
    assert check_sender(SenderContext(runtime.sessions, Resolver(records), OurMail(SECRETS, "bounces.net")))
    assert session.scalars(select(SenderCheck.problems)).all() == [[]]


def test_examples_and_nonsense_are_never_asked_about(runtime: Runtime, session: Session) -> None:
    for number, address in enumerate(("a@weekly.example", "", "nonsense", "a@localhost", "a@x.example.org")):
        make_publication(session, f"p{number}", sender_email=address)
    session.commit()
    resolver = Resolver(GOOD)
    assert not check_sender(SenderContext(runtime.sessions, resolver, OURS))
    assert resolver.asked == []


def test_a_record_that_vanishes_is_told_until_it_is_back(
    runtime: Runtime, session: Session, publication: Publication
) -> None:
    key = make_key(session, "press.org", "k1", Algorithm.ED25519, SECRETS, actor="test")
    activate(session, key.key, SECRETS, None, actor="test")
    session.commit()
    complete = GOOD | {key.name: [key.text]}
    resolver = Resolver(GOOD)

    def told(records: Mapping[str, Sequence[str]] | None) -> list[tuple[str, str]]:
        resolver.records = records
        session.execute(update(SenderCheck).values(due_at=NOW))
        session.commit()
        assert check_sender(SenderContext(runtime.sessions, resolver, OURS))
        return [(record.kind.value, record.name) for record in vanished_records(session)]

    assert told(GOOD) == []  # the key was never there
    assert told(complete) == []
    gone = [("dkim", key.name), ("dmarc", "_dmarc.press.org")]
    for _time in range(2):  # it is known, and not found anew each time
        assert told({"press.org": SPF}) == gone
    assert told(None) == gone  # no answer changes nothing
    assert told(GOOD) == [("dkim", key.name)]
    remove(session, session.get_one(DkimKey, key.key.id), actor="test")
    assert told(GOOD) == []  # what no longer signs is not missed


def test_owners_are_told_once_when_a_record_vanishes_and_once_when_it_is_back(
    runtime: Runtime, session: Session, publication: Publication
) -> None:
    for email, role in (("olga@press.org", RoleName.OWNER), ("eddie@press.org", RoleName.EDITOR)):
        create_user(session, email=email, role=role, password="seven quiet herons", actor="test")
    create_user(session, email="new@press.org", role=RoleName.OWNER, password=None, actor="test")
    left = create_user(
        session, email="paul@press.org", role=RoleName.OWNER, password="seven quiet herons", actor="test"
    )
    deactivate(session, left, actor="test")
    make_publication(session, "second", sender_email="other@press.org")
    session.execute(delete(SystemMessage))
    session.commit()

    def told(records: Mapping[str, Sequence[str]] | None) -> list[tuple[str, str, str]]:
        session.execute(update(SenderCheck).values(due_at=NOW))
        session.commit()
        assert check_sender(SenderContext(runtime.sessions, Resolver(records), OURS))
        messages = session.scalars(select(SystemMessage).order_by(SystemMessage.id)).all()
        told = [(message.kind, message.recipient, message.facts["records"]) for message in messages]
        session.execute(delete(SystemMessage))
        session.commit()
        return told

    spf, dmarc = "SPF: press.org", "DMARC: _dmarc.press.org"
    assert told(GOOD) == []
    assert told({}) == [("record_vanished", "olga@press.org", f"{dmarc}\n{spf}")]
    assert told({}) == []
    assert told(None) == []
    assert told({"press.org": SPF}) == [("record_restored", "olga@press.org", spf)]
    assert told(GOOD) == [("record_restored", "olga@press.org", dmarc)]
    assert told(GOOD) == []
