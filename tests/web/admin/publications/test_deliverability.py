"""The page that says what the DNS knows about a publication's sender."""

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.preflight.sender_checks.check import EVERY, SenderContext, check_sender
from newsletter.preflight.sender_checks.identity import OurMail
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from tests.databases import both_databases
from tests.web.admin.publications.conftest import tree, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/deliverability"
HOSTILE = "<script>alert(1)</script>"
RECORDS = {
    ("news.press.org", "TXT"): ["v=spf1 ip4:192.0.2.1 -all", HOSTILE],
    ("press.org", "SOA"): ["ns.press.org"],
}


def lookup(name: str, kind: str = "TXT", /) -> list[str]:
    return RECORDS.get((name, kind), [])


def lights(client: SignedIn) -> list[str]:
    found = tree(client.get(PAGE)).cssselect(".sender-lights dt .state")
    return [light.text_content().strip() for light in found]


@both_databases
def test_what_a_worker_found_is_shown_with_what_to_publish(
    admin_client: SignedIn, session: Session, runtime: Runtime, publication: Publication
) -> None:
    publication.sender_email = "desk@news.press.org"
    session.commit()
    assert lights(admin_client) == ["Cannot tell"] * 3
    assert "has not been asked yet" in words(admin_client.get(PAGE))
    assert check_sender(SenderContext(runtime.sessions, lookup, OurMail(["x" * 32])))
    assert lights(admin_client) == ["Needs attention", "Cannot tell", "Cannot tell"]
    texts = [box.text for box in tree(admin_client.get(PAGE)).cssselect("textarea")]
    assert texts == [
        "_dmarc.news.press.org",
        "_dmarc.news",
        "v=DMARC1; p=none; rua=mailto:dmarc@news.press.org",
    ]
    assert HOSTILE not in admin_client.get(PAGE).text


def test_it_is_asked_again_on_request(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    publication.sender_email = "desk@press.org"
    session.add(SenderCheck(domain="press.org", due_at=clock.now() + EVERY, problems=[], report={}))
    session.commit()
    for _press in range(2):
        assert admin_client.post(f"{PAGE}/check").status_code == 303
    session.expire_all()
    assert session.get_one(SenderCheck, "press.org").due_at <= clock.now()


def test_a_domain_of_examples_has_nothing_to_check(admin_client: SignedIn, publication: Publication) -> None:
    page = words(admin_client.get(PAGE))
    assert "there is nothing to check" in page
    assert "Check again" not in page
