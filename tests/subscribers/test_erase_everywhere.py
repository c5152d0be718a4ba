"""After every path has been used, an erasure leaves the address nowhere: no table, no file, no log."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.db import truncate_log
from newsletter.core.errors import DomainError
from newsletter.core.idn import to_ascii_domain
from newsletter.core.links import Links
from newsletter.core.logs import Logger
from newsletter.curation.models import Entry, Via
from newsletter.deferred.defer import defer_password_reset
from newsletter.deferred.models import DeferredRequest
from newsletter.mailings.models import Mailing
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.control import auto_pause
from newsletter.sending.proof import post_proof
from newsletter.sending.schedule import schedule
from newsletter.smtp.mailbox import store
from newsletter.subscribers.add import vouch_for
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.erase import erase
from newsletter.subscribers.imports.confirm import confirm_import
from newsletter.subscribers.imports.models import ImportProblem, ImportState, SubscriberImport
from newsletter.subscribers.imports.process import run_import
from newsletter.subscribers.imports.upload import create_import, store_upload
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress_person
from newsletter.subscribers.unsubscribe import save_comment, unsubscribe
from newsletter.subscribers.unsubscribe_spool import SpooledUnsubscribe
from newsletter.tables import Base
from newsletter.transports.cooldown import cool_down
from newsletter.transports.models import TransportCooldown
from tests.factories import files_below, make_issue, make_publication, make_subscription
from tests.logged import logged_lines
from tests.subscribers.conftest import Ask
from tests.subscribers.exporting import export_once

TRACE = "quillfeath"  # in the address, however it is spelled, and in the name
IP, EDITOR = "192.0.2.7", "ed@press.example"
ADDRESSES = ["Ana.Quillfeather@example.org", "Ana.Quillfeathér@Müller.example"]


@dataclass
class Installation:
    """An installation that somebody with `email` is to be erased from."""

    session: Session
    runtime: Runtime
    publication: Publication
    email: str

    def __post_init__(self) -> None:
        self.files = files_below(self.runtime.settings.data_dir)
        self.capitals, self.ascii_form, self.decomposed = spellings(self.email)

    def let_them_join(self, ask: Ask) -> Subscription:
        """They sign up and confirm, an editor vouches for them elsewhere, and somebody makes a note."""
        mine = ask(self.email, "Ana Quillfeather")
        assert mine
        for asking in (self.email, "bo@example.org"):
            defer_password_reset(self.session, parse_address(asking), locale="en", ip=asking[:2])
        confirm(self.session, mine.id, locale="en", ip=IP)
        note = f"{self.email} asked me at the fair."
        address, other = parse_address(self.capitals), make_publication(self.session)
        vouch_for(self.session, other, address, note=note, actor=EDITOR)
        suppress_person(self.session, mine.subscriber_id, note=f"{self.decomposed} wrote", actor=EDITOR)
        self.session.commit()
        return mine

    def name_them_in_the_rows_of_a_colleague(self) -> Subscription:
        bo = make_subscription(
            self.session, self.publication, "bo@example.org", name=f"Bo, {self.ascii_form}"
        )
        bo.subscriber.attributes = {"brought by": [self.email, "Cleo"]}
        bo.comment = f"{self.capitals} told me to."
        kept = Suppression(
            address_hash="bo", reason=SuppressionReason.MANUAL, note=f"the same as {self.email}"
        )
        said = f"450 greylisted like <{self.email}>"
        message = SystemMessage(
            kind="confirmation", recipient="bo@example.org", address_hash="x", facts={}, error=said
        )
        mailed = Entry(
            publication_id=self.publication.id,
            via=Via.EMAIL,
            url="https://post.example/a",
            canonical_url="https://post.example/a",
            sender=f"Ana Quillfeather <{self.capitals}>",
            note=f"Of {self.email}",
        )
        self.session.add_all((kept, message, mailed))
        self.session.commit()
        return bo

    def upload(self, statement: str, *more: str) -> int:
        """Take an import of them, twice, of a neighbour, and of some more lines."""
        twice = [f"{each},Ana Quillfeather" for each in (self.email, self.capitals)]
        content = "\n".join(["email,name", *twice, "cy@example.org,Cy", *more]).encode()
        kept = store_upload(self.files.imports, io.BytesIO(content), filename=f"for {self.email}.csv")
        made = create_import(self.session, self.publication, kept, statement=statement, actor=EDITOR)
        confirm_import(self.session, self.publication.id, made.id, actor=EDITOR)
        self.session.commit()
        return made.id

    def send_mail(self, links: Links) -> Mailing:
        """A test message to them, and a mailing and a relay in trouble that name them."""
        issue, other = (make_issue(self.session, self.publication, slug) for slug in ("one", "two"))
        post_proof(self.session, issue, [parse_address(self.email)], links, actor=EDITOR)
        mailing = schedule(self.session, other, None, links, actor=EDITOR)
        said = f"550 5.7.1 <{self.capitals}> Relaying denied"
        auto_pause(self.session, mailing, f"The relay does not accept our mail: {said}.")
        mailing.waiting_for = said
        cool_down(self.session, "relay", "", said, temporary=True, now=clock.now())
        self.session.commit()
        return mailing

    def let_them_leave(self, subscription_id: int) -> None:
        """At once, and while the database was away; the embedded mailbox has caught their mail."""
        unsubscribe(self.session, subscription_id, source=ConsentSource.PAGE, ip=IP)
        save_comment(self.session, subscription_id, f"I am {self.email}")
        self.session.commit()
        spool = self.files.unsubscribes
        for each in (subscription_id, subscription_id + 1):
            spool.keep(SpooledUnsubscribe(ConsentSource.ONE_CLICK, each, ip=IP))
        spool.set_aside(spool.waiting()[0])
        for n, to in enumerate((self.ascii_form, "bo@example.org")):
            raw = f"To: {to}".encode()
            store.write_message(self.files.mailbox, "a@b.example", [to], raw, now=clock.now(), counter=n)

    def trouble(self) -> list[str]:
        """What is logged of relays that speak of them, and of an error."""
        with logged_lines() as lines:
            log = Logger(__name__)
            log.warning("the relay refused", reply=f"550 <{self.email}> unknown")
            try:
                parse_address(f"{self.email} {self.capitals}")
            except DomainError:
                log.exception("not taken")
        return [str(line) for line in lines]


@pytest.mark.parametrize("email", ADDRESSES)
def test_nothing_is_left_after_every_path(
    session: Session, runtime: Runtime, publication: Publication, links: Links, ask: Ask, email: str
) -> None:
    given = Installation(session, runtime, publication, email)
    files, var = given.files, runtime.settings.data_dir
    theirs = given.let_them_join(ask)
    bo = given.name_them_in_the_rows_of_a_colleague()
    over = given.upload(f"Of {given.ascii_form} and Bo", f'"{email} {email}",Ana')
    run_import(runtime.sessions, over, files.imports)
    waits = given.upload("They agreed.")
    session.get_one(SubscriberImport, waits).failure = f"stuck at {given.decomposed}"
    mailing = given.send_mail(links)
    given.let_them_leave(theirs.id)
    export_once(runtime, publication.id, email)
    assert len(traces(var)) == 3
    assert sum(TRACE in row.lower() for row in rows(session)) >= 15
    session.rollback()

    erase(session, theirs.subscriber_id, actor=EDITOR, files=files)
    session.commit()
    truncate_log(session)

    left = list(rows(session))
    session.rollback()
    assert [row for row in left if TRACE in row.lower() or IP in row] == []
    assert traces(var) + traces_in_database(session) == []
    assert files.unsubscribes.waiting() + files.unsubscribes.failed() == []
    assert len(store.message_ids(files.mailbox)) == 1
    logged = given.trouble()
    assert "550 <…@" in logged[0]
    assert [line for line in logged if TRACE in line.lower()] == []
    check_what_is_of_others(session, bo, mailing)
    run_import(runtime.sessions, waits, files.imports)  # goes on without them
    session.expire_all()
    done = session.get_one(SubscriberImport, waits)
    assert (done.state, done.already, done.skipped, done.invalid) == (ImportState.DONE, 1, {}, 0)


def check_what_is_of_others(session: Session, bo: Subscription, mailing: Mailing) -> None:
    """What is about several people is still there, without the address."""
    session.expire_all()
    assert session.scalars(select(DeferredRequest)).one().facts["email"] == "bo@example.org"
    imported = select(ConsentRecord.text).where(ConsentRecord.kind == ConsentKind.IMPORTED).distinct()
    statements = session.scalars(select(SubscriberImport.statement).order_by(SubscriberImport.id)).all()
    assert session.scalars(imported).all() == ["Of [erased] and Bo"] == list(statements[:1])
    assert bo.subscriber.attributes == {"brought by": ["[erased]", "Cleo"]}
    assert (bo.subscriber.name, bo.comment) == ("Bo, [erased]", "[erased] told me to.")
    assert mailing.held_reason == "The relay does not accept our mail: 550 5.7.1 <[erased]> Relaying denied."
    assert session.scalars(select(TransportCooldown.reason)).one() == "550 5.7.1 <[erased]> Relaying denied"
    assert len(session.scalars(select(ImportProblem)).all()) == 2
    assert session.execute(select(Entry.sender, Entry.note)).one() == ("", "Of [erased]")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.paused")).one()
    assert entry.detail["reason"].endswith("Relaying denied.")
    session.rollback()


def spellings(email: str) -> tuple[str, str, str]:
    """In capitals, with the domain in ASCII, and decomposed."""
    local, _, domain = email.rpartition("@")
    ascii_form = f"{local.lower()}@{to_ascii_domain(domain)}"
    return email.upper(), ascii_form, unicodedata.normalize("NFD", email)


def rows(session: Session) -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            yield f"{table.name} {row}"


def traces(folder: Path) -> list[Path]:
    """The files below `folder` in which the person is."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if TRACE.encode() in path.read_bytes().lower()]


def traces_in_database(session: Session) -> list[Path]:
    """The same in the files of SQLite, its log included."""
    url = session.get_bind().engine.url
    return traces(Path(url.database or "").parent) if url.drivername == "sqlite" else []


def test_sqlite_overwrites_what_is_deleted(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA secure_delete")) == 1
