"""What the tests of the relays' pages type, and how they read the answers."""

from lxml import html as lxml_html
from werkzeug.test import TestResponse

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
LIMITS = {
    "name": "The first",
    "weight": "3",
    "connections": "4",
    "messages_per_connection": "50",
    "per_second": "12.5",
    "per_day": "20000",
    "provider_limits": "gmail=20, yahoo=0.5",
    "hours": "8:00-20:00",
    "zone": "Europe/Rome",
    "warm_up_from": "2026-01-01",
    "warm_up_per_day": "200",
    "dialogue": "pipelining",
}


def words(answer: TestResponse) -> str:
    return " ".join(lxml_html.document_fromstring(answer.text).text_content().split())


def shown(answer: TestResponse) -> list[str]:
    """What the page says of each relay, in their order."""
    found = lxml_html.document_fromstring(answer.text).xpath("//li[@class='relay']")
    return [" ".join(one.text_content().split()) for one in found]
