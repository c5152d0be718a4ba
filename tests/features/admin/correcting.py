"""I change where a link leads after its issue was sent, and readers come to the right page."""

import http.client
import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.features import mail
from tests.features.admin import arriving
from tests.features.admin.hand import Hand
from tests.processes import Installation


def mend_link(hand: Hand, old: str, new: str) -> None:
    """From the editor of an issue that was sent."""
    hand.press(hand.tab.get_by_role("link", name="See its mailing"))
    hand.press(hand.tab.get_by_role("link", name="Links", exact=True))
    row = hand.tab.locator(".sent-link").filter(has=hand.tab.get_by_role("link", name=old, exact=True))
    hand.press(row.locator("summary"))
    hand.write(row.get_by_label("New address"), new)
    hand.press(row.get_by_role("button", name="Change it for everyone"))
    expect(hand.tab.locator(".sent-link").get_by_role("link", name=new, exact=True)).to_be_visible()


def where_links_lead(installation: Installation, reader: str) -> set[str]:
    """What a reader comes to who presses the links of their email that go through the server."""
    html = mail.content(arriving.message_to(installation, reader), "html")
    links = {urlsplit(link) for link in mail.links(html)}
    paths = {link.path for link in links if re.fullmatch(r"/l/[^/]+", link.path)}
    server = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=30)
    places = set()
    for path in sorted(paths):
        server.request("GET", path)
        answer = server.getresponse()
        answer.read()
        assert answer.status == 302
        places.add(answer.headers["Location"])
    server.close()
    return places
