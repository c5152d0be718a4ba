"""`newsletter consent show`, and the page of the same: the words, when and from where, oldest first."""

from sqlalchemy.orm import Session

from newsletter.subscribers.consent import Consent, keep_record
from newsletter.subscribers.models import ConsentKind, ConsentSource, Subscription
from newsletter.subscribers.origin import Origin
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription
from tests.subscribers.moving import move

WORDS = Consent("I want The Weekly. <b>", "2", "en")


def consenting(session: Session) -> Subscription:
    ana = make_subscription(session, make_publication(session), "ana@example.org", name="Ana")
    keep_record(
        *(session, ana.id, ConsentKind.REQUESTED),
        source=ConsentSource.FORM,
        words=WORDS,
        ip="192.0.2.7",
        origin=Origin("https://blog.example/news", {"source": "blog"}, 4),
    )
    keep_record(session, ana.id, ConsentKind.WITHDRAWN, source=ConsentSource.ONE_CLICK)
    session.commit()
    return ana


@both_databases
def test_the_receipt_has_everything_in_its_order(session: Session, run: Run) -> None:
    consenting(session)
    receipt = run("consent", "show", "ANA@example.org", "--json").json
    assert (receipt["email"], receipt["name"]) == ("ana@example.org", "Ana")
    (subscription,) = receipt["subscriptions"]
    assert (subscription["publication"], subscription["state"]) == ("weekly", "active")
    requested, withdrawn = subscription["consents"][-2:]
    assert {**requested, "at": ""} == {
        "kind": "requested",
        "source": "form",
        "at": "",
        "text": WORDS.text,
        "text_version": "2",
        "locale": "en",
        "ip": "192.0.2.7",
        "actor": "",
        "origin": {"page": "https://blog.example/news", "utm": {"source": "blog"}, "issue_id": 4},
        "import": None,
    }
    assert (withdrawn["kind"], withdrawn["source"]) == ("withdrawn", "one-click")
    shown = run("consent", "show", "ana@example.org").out
    assert "requested by form from 192.0.2.7\n    page: https://blog.example/news\n" in shown
    assert "    campaign: source=blog\n    issue: 4\n    “I want The Weekly. <b>” (en, version 2)" in shown
    assert run("consent", "show", "nobody@example.org").code == 2


def test_the_receipt_has_the_changes_of_the_address(session: Session, run: Run) -> None:
    ana = consenting(session)
    move(session, ana.subscriber_id, "ana@new.example")
    receipt = run("consent", "show", "ana@new.example", "--json").json
    (change,) = receipt["address_changes"]
    assert (change["from"], change["to"]) == ("ana@example.org", "ana@new.example")
    assert receipt["subscriptions"][0]["consents"][-1]["kind"] == "address_changed"
    shown = run("consent", "show", "ana@new.example").out
    assert "address changed from ana@example.org to ana@new.example" in shown
