"""What the tests of several relays share: what is typed, and what a page says of each."""

from lxml import html as lxml_html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.transports.models import Transport
from tests.web.signed_in import SignedIn

PAGE = "/admin/settings"
NEW = f"{PAGE}/relays/new"
CANARY = "canary-pässword"
FORM = {
    "host": "smtp.example.org",
    "security": "starttls",
    "port": "",
    "username": "ana",
    "password": CANARY,
    "to": "olga@press.example",
}
OTHER = FORM | {"host": "other.example.org"}
LOCAL = {"host": "127.0.0.1", "security": "none", "username": "", "password": ""}


def words(answer: TestResponse) -> str:
    return " ".join(lxml_html.document_fromstring(answer.text).text_content().split())


def shown(answer: TestResponse) -> list[str]:
    """What the page says of each relay, in their order."""
    found = lxml_html.document_fromstring(answer.text).xpath("//li[@class='relay']")
    return [" ".join(one.text_content().split()) for one in found]


def add_two(client: SignedIn, session: Session) -> tuple[int, int]:
    """Two relays, and their numbers."""
    assert client.post(NEW, data=FORM).status_code == 303
    assert client.post(NEW, data=OTHER).status_code == 303
    first, second = session.scalars(select(Transport.id).order_by(Transport.position))
    session.commit()
    return first, second
