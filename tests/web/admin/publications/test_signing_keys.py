"""The key that signs is changed on the page, and never to one that nobody can verify by."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.preflight.sender_checks.check import SenderContext, check_sender
from newsletter.preflight.sender_checks.identity import OurMail
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.smtp.dkim import Algorithm
from newsletter.transports.dkim_keys import activate, make_key, published, signers_for
from newsletter.transports.dkim_rotation import RECORD_STAYS, SEEN_FOR
from newsletter.transports.models import DkimKey
from tests.databases import both_databases
from tests.web.admin.publications.conftest import tree, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/deliverability"


class KeysPage:
    """The page of a publication that sends from news.press.org, with a DNS that tests change."""

    def __init__(self, client: SignedIn, session: Session, runtime: Runtime) -> None:
        self.client, self.session, self.runtime = client, session, runtime
        self.secrets = runtime.settings.secrets
        self.records: dict[str, list[str]] = {}

    def press(self, path: str, **form: str) -> str:
        """The page after a press of the button."""
        answer = self.client.post(f"{PAGE}/keys{path}", data=form)
        assert answer.status_code == 303
        return words(self.client.get(PAGE))

    def ask(self) -> None:
        """Have a worker ask the DNS."""
        self.session.execute(update(SenderCheck).values(due_at=clock.now()))
        self.session.commit()
        lookup = lambda name, kind="TXT", /: self.records.get(name, []) if kind == "TXT" else []  # noqa: E731
        assert check_sender(SenderContext(self.runtime.sessions, lookup, OurMail(self.secrets)))
        self.session.expire_all()

    def publish(self, key_id: int) -> None:
        record = published(self.session.get_one(DkimKey, key_id), self.secrets)
        self.records[record.name] = [record.text]

    def signing(self) -> list[str]:
        self.session.expire_all()
        return [signer.selector for signer in signers_for(self.session, self.secrets, "a@news.press.org")]


@pytest.fixture
def keys_page(
    admin_client: SignedIn, session: Session, runtime: Runtime, publication: Publication
) -> KeysPage:
    publication.sender_email = "desk@news.press.org"
    old = make_key(session, "press.org", "old", Algorithm.RSA, runtime.settings.secrets, actor="test")
    activate(session, old.key, runtime.settings.secrets, None, actor="test")
    session.commit()
    return KeysPage(admin_client, session, runtime)


@both_databases
def test_a_key_is_made_published_and_takes_over(keys_page: KeysPage) -> None:
    assert "The key was created" in keys_page.press("")
    key = keys_page.session.get_one(DkimKey, 2)
    assert key.domain == "press.org"  # as the key that signs today
    record = published(key, keys_page.secrets)
    boxes = [box.text for box in tree(keys_page.client.get(PAGE)).cssselect("textarea[readonly]")]
    assert (record.name in boxes, record.text in boxes) == (True, True)
    keys_page.ask()
    assert f"The DNS has no TXT record {record.name}." in keys_page.press("/2/sign")
    assert keys_page.signing() == ["old"]
    keys_page.publish(2)
    keys_page.ask()
    assert "Ready to sign" in words(keys_page.client.get(PAGE))
    page = keys_page.press("/2/sign")
    assert f"Mail is signed with {key.selector} from now on." in page
    assert keys_page.signing() == [key.selector]
    assert "leave its record in the DNS until" in page


def test_a_wrong_record_or_one_seen_long_ago_does_not_sign(keys_page: KeysPage) -> None:
    keys_page.press("")
    keys_page.publish(1)
    name = published(keys_page.session.get_one(DkimKey, 2), keys_page.secrets).name
    keys_page.records[name] = keys_page.records["old._domainkey.press.org"]  # of another key
    keys_page.ask()
    assert "is not the one of this key" in keys_page.press("/2/sign")
    keys_page.publish(2)
    keys_page.ask()
    keys_page.session.execute(update(DkimKey).values(seen_at=clock.now() - SEEN_FOR))
    keys_page.session.commit()
    keys_page.press("/2/sign")
    assert keys_page.signing() == ["old"]


def test_somebody_may_say_that_the_record_is_there(keys_page: KeysPage) -> None:
    keys_page.press("")
    keys_page.press("/2/sign", unseen="yes")
    assert keys_page.signing() != ["old"]
    actions = keys_page.session.scalars(
        select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2)
    ).all()
    assert set(actions) == {"dkim.unseen_accepted", "dkim.activated"}


def test_no_key_is_removed_that_is_needed(keys_page: KeysPage) -> None:
    assert "Let another key sign first" in keys_page.press("/1/remove")
    keys_page.press("")
    keys_page.press("/2/sign", unseen="yes")
    assert "still on its way" in keys_page.press("/1/remove")
    keys_page.session.execute(
        update(DkimKey).where(DkimKey.id == 1).values(retired_at=clock.now() - RECORD_STAYS)
    )
    keys_page.session.commit()
    assert "was removed" in keys_page.press("/1/remove")
    assert keys_page.session.scalars(select(DkimKey.id)).all() == [2]


def test_a_key_of_another_domain_is_not_touched(keys_page: KeysPage) -> None:
    make_key(keys_page.session, "bank.org", "theirs", Algorithm.RSA, keys_page.secrets, actor="test")
    keys_page.session.commit()
    for path in ("/2/sign", "/2/remove", "/99/remove"):
        assert "has no DKIM key" in (page := keys_page.press(path, unseen="yes")) or "no DKIM key 99" in page
    assert "theirs" not in words(keys_page.client.get(PAGE))
    assert keys_page.session.scalars(select(DkimKey.id).order_by(DkimKey.id)).all() == [1, 2]


def test_a_key_that_was_retired_can_sign_again(keys_page: KeysPage) -> None:
    keys_page.press("")
    keys_page.press("/2/sign", unseen="yes")
    keys_page.publish(1)
    keys_page.ask()
    assert "Sign with it again" in words(keys_page.client.get(PAGE))
    keys_page.press("/1/sign")
    assert keys_page.signing() == ["old"]


def test_a_new_key_voids_what_a_receiver_said_of_the_old_one(keys_page: KeysPage) -> None:
    keys_page.ask()
    said = {"server": "mx", "spf": "pass", "dkim": "pass", "dmarc": "pass", "signer": "press.org"}
    later = clock.now() + timedelta(hours=6)
    keys_page.session.execute(update(SenderCheck).values(self_test=said, due_at=later))
    keys_page.session.commit()
    keys_page.press("")
    keys_page.press("/2/sign", unseen="yes")
    keys_page.session.expire_all()
    check = keys_page.session.scalars(select(SenderCheck)).one()
    assert (check.self_test, check.due_at < later) == ({}, True)
