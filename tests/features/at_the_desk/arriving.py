"""What arrived is what the preview showed, and a reader leaves with one click."""

import html
import re
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage

from playwright.sync_api import Page

from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.smtp.mailbox import list_messages, read_message
from newsletter.web.admin.issues.preview import NOBODY, in_scheme
from tests.features import mail
from tests.features.at_the_desk.beginning import READERS
from tests.processes import Installation

UNSUBSCRIBE = re.compile(r"<(http[^>]+)>")
PREFERENCES = re.compile(r"http://[^\s\"<>]+/p/[A-Za-z0-9_-]+")


def message_to(installation: Installation, email: str) -> EmailMessage:
    """The newest message to `email` in the mailbox."""
    folder = installation.settings.mailbox_dir
    everything = list_messages(folder, limit=10 * READERS)
    newest = next(found for found in everything if email in found.recipients)
    raw = read_message(folder, newest.id).raw
    mail.check_line_ends(raw)
    parsed = message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def unsubscribe_link(message: EmailMessage) -> str:
    found = UNSUBSCRIBE.search(str(message["List-Unsubscribe"]))
    assert found
    return found[1]


def compare(installation: Installation, tab: Page, issue: int, email: str, message: EmailMessage) -> None:
    """Both parts and the subject, character by character, against the preview as this reader.

    Only the two links that act for the reader differ: in a preview they act for nobody. The preview is shown
    in the light scheme, whatever the browser is set to; the message leaves that to the reader's program.
    """
    links = Links(installation.settings.effective_public_url, Signer(installation.settings.secrets))
    own_page = PREFERENCES.search(mail.content(message, "plain"))
    assert own_page
    inert = {
        unsubscribe_link(message): links.unsubscribe(NOBODY),
        own_page[0]: links.preferences(NOBODY),
    }
    shown = {form: _preview(tab, installation, issue, email, form) for form in ("html", "text", "list")}
    expected = in_scheme(_replaced(mail.content(message, "html"), inert), "light")
    assert shown["html"].splitlines() == expected.splitlines()
    assert shown["html"] == expected
    text = re.search(r"<pre>(.*)</pre>", shown["text"], re.DOTALL)
    assert text
    assert html.unescape(text[1]) == _replaced(mail.content(message, "plain"), inert)
    subjects = re.findall(r'<p class="subject"[^>]*>(.*?)</p>', shown["list"])
    assert html.unescape(subjects[-1]) == message["Subject"]


def leave(message: EmailMessage) -> None:
    """What a mail program sends when its own button is pressed (RFC 8058 §3.2): no cookies, no page."""
    request = urllib.request.Request(unsubscribe_link(message), data=b"List-Unsubscribe=One-Click")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
        assert answer.url == unsubscribe_link(message)


def _preview(tab: Page, installation: Installation, issue: int, email: str, variant: str) -> str:
    address = f"{installation.url}/admin/issues/{issue}/preview"
    answer = tab.request.get(address, params={"as": email, "variant": variant})
    assert answer.ok
    return answer.body().decode()


def _replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text
