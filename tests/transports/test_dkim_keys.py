"""Keys: made, published, put to use, found for a sender, removed."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.smtp.dkim import Algorithm
from newsletter.smtp.failures import SessionFailed
from newsletter.transports.dkim_keys import (
    Published,
    activate,
    check_active,
    find_key,
    list_keys,
    make_key,
    published,
    remove,
    signers_for,
)

SECRETS = ["a secret of the tests"]


@pytest.fixture
def make(session: Session) -> Callable[..., Published]:
    def made(
        domain: str = "press.example",
        selector: str = "n1",
        algorithm: Algorithm = Algorithm.ED25519,
        *,
        active: bool = True,
    ) -> Published:
        key = make_key(session, domain, selector, algorithm, SECRETS, actor="test")
        if active:
            activate(session, key.key, SECRETS, None, actor="test")
        session.commit()
        return key

    return made


def test_a_key_signs_once_it_is_active(session: Session, make: Callable[..., Published]) -> None:
    key = make(algorithm=Algorithm.RSA, active=False).key
    assert signers_for(session, SECRETS, "news@press.example") == ()
    activate(session, key, SECRETS, None, actor="test")
    (signer,) = signers_for(session, SECRETS, "news@press.example")
    assert isinstance(signer.key, RSAPrivateKey)
    assert (signer.domain, signer.selector, signer.key.key_size) == ("press.example", "n1", 2048)


def test_a_new_key_takes_the_place_of_its_kind(session: Session, make: Callable[..., Published]) -> None:
    make(selector="old", algorithm=Algorithm.RSA)
    make(selector="short")
    make("else.example", "theirs", Algorithm.RSA)
    make(selector="new", algorithm=Algorithm.RSA)
    found = signers_for(session, SECRETS, "news@press.example")
    assert [signer.selector for signer in found] == ["new", "short"]
    assert signers_for(session, SECRETS, "news@else.example")


def test_its_private_half_is_nowhere_in_clear(session: Session, make: Callable[..., Published]) -> None:
    key = make().key
    assert "PRIVATE KEY" not in key.private_key
    audited = session.scalars(select(AuditEntry)).all()
    assert [entry.action for entry in audited] == ["dkim.made", "dkim.activated"]
    assert "PRIVATE" not in repr([entry.detail for entry in audited])


def test_the_nearest_domain_signs_and_rsa_comes_first(
    session: Session, make: Callable[..., Published]
) -> None:
    make("press.example", "parent")
    make("news.press.example", "ed")
    make("news.press.example", "rsa", Algorithm.RSA)

    def selectors(sender: str) -> list[str]:
        return [signer.selector for signer in signers_for(session, SECRETS, sender)]

    assert selectors("a@news.press.example") == ["rsa", "ed"]
    assert selectors("a@other.press.example") == ["parent"]
    assert selectors("a@PRESS.example") == ["parent"]
    assert selectors("a@else.example") == []
    assert selectors("a@notpress.example") == []
    assert selectors("nobody at all") == []


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        ([], r"no TXT record n1._domainkey.press.example\. Publish it"),
        (["v=spf1 -all"], "not the one of this key"),
        (["v=DKIM1; k=ed25519; p="], "not the one of this key"),
    ],
)
def test_a_record_that_is_not_there_is_told(
    session: Session, make: Callable[..., Published], records: list[str], sentence: str
) -> None:
    key = make(active=False).key
    with pytest.raises(Refused, match=sentence):
        activate(session, key, SECRETS, lambda _name: records, actor="test")
    assert key.active_since is None


@pytest.mark.parametrize("tag", ["h=sha1", "s=other", "v=DKIM2"])
def test_a_record_that_does_not_let_the_key_sign_mail_is_told(
    session: Session, make: Callable[..., Published], tag: str
) -> None:
    found = make(active=False)
    spoilt = f"{found.text.replace('v=DKIM1; ', '')}; {tag}"
    with pytest.raises(Refused, match=r"does not let this key sign mail\. Publish: v=DKIM1; "):
        activate(session, found.key, SECRETS, lambda _name: [spoilt], actor="test")


def test_a_second_record_of_the_name_is_told(session: Session, make: Callable[..., Published]) -> None:
    found = make(active=False)
    with pytest.raises(Refused, match=r"2 TXT records .* Leave only this key"):
        activate(session, found.key, SECRETS, lambda _name: ["v=spf1 -all", found.text], actor="test")


def test_a_record_counts_however_it_is_laid_out(session: Session, make: Callable[..., Published]) -> None:
    key = make(algorithm=Algorithm.RSA, active=False)
    public = key.text.rpartition("p=")[2]
    laid_out = f"p={public[:40]} {public[40:]} ; h=sha1:sha256; s=email;v=DKIM1"  # RSA is what no kind means
    asked: list[str] = []

    def lookup(name: str) -> list[str]:
        asked.append(name)
        return [laid_out]

    activate(session, key.key, SECRETS, lookup, actor="test")
    since = key.key.active_since
    assert since is not None
    assert asked == ["n1._domainkey.press.example"]
    assert activate(session, key.key, SECRETS, lookup, actor="test").active_since == since


def test_the_records_of_keys_in_use_are_looked_after(
    session: Session, make: Callable[..., Published]
) -> None:
    assert check_active(session, SECRETS, lambda _name: []) == []
    records = {found.name: [found.text] for found in (make("press.example"), make("bank.example"))}
    make("idle.example", active=False)  # nobody looks for it yet
    assert check_active(session, SECRETS, lambda name: records[name]) == ["bank.example", "press.example"]
    records["n1._domainkey.press.example"] = []
    with pytest.raises(Refused, match=r"no TXT record n1._domainkey.press.example\. Publish it"):
        check_active(session, SECRETS, lambda name: records[name])
    with pytest.raises(SessionFailed, match="The DKIM key of bank"):
        check_active(session, ["another secret"], lambda name: records[name])


def test_what_cannot_be_a_key(session: Session, make: Callable[..., Published]) -> None:
    make()
    with pytest.raises(Conflict, match="already has a key called n1"):
        make_key(session, "press.example", "n1", Algorithm.RSA, SECRETS, actor="test")
    with pytest.raises(Refused, match="not a valid domain"):
        make_key(session, "no domain", "n1", Algorithm.RSA, SECRETS, actor="test")
    with pytest.raises(Refused, match="selector is made of"):
        make_key(session, "press.example", "N 1", Algorithm.RSA, SECRETS, actor="test")
    with pytest.raises(Missing, match="no DKIM key 99"):
        find_key(session, 99)


def test_a_lost_secret_is_told_and_mail_does_not_leave_unsigned(
    session: Session, make: Callable[..., Published]
) -> None:
    key = make().key
    assert published(key, ["a new secret", *SECRETS]).text
    with pytest.raises(SessionFailed, match="The DKIM key of press") as told:
        signers_for(session, ["another secret"], "news@press.example")
    assert not told.value.temporary


def test_a_removed_key_signs_no_more(session: Session, make: Callable[..., Published]) -> None:
    remove(session, find_key(session, make().key.id), actor="test")
    session.commit()
    assert list_keys(session) == []
    assert signers_for(session, SECRETS, "news@press.example") == ()
