"""What arrived is what the preview showed, and a reader leaves with one click."""

import difflib
import html
import re
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage

from playwright.sync_api import Page

from newsletter.core.tokens import Purpose, Signer
from newsletter.smtp.mailbox import list_messages, read_message
from newsletter.web.admin.email_preview import in_scheme
from newsletter.web.admin.issues.preview_reader import NOBODY
from tests.features import mail
from tests.features.admin.beginning import READERS
from tests.processes import Installation

UNSUBSCRIBE = re.compile(r"<(http[^>]+)>")
PERSONAL = re.compile(r"(http://[^\s\"<>]+/[up]/)[A-Za-z0-9_-]+")


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
    shown = {form: _preview(tab, installation, issue, email, form) for form in ("html", "text", "list")}
    arrived = in_scheme(mail.content(message, "html"), "light")
    _check_equal(_without_personal_links(shown["html"]), _without_personal_links(arrived))
    signer = Signer(installation.settings.secrets)
    for purpose, letter in ((Purpose.UNSUBSCRIBE, "u"), (Purpose.PREFERENCES, "p")):
        (token,) = set(re.findall(rf"/{letter}/([A-Za-z0-9_-]+)", shown["html"]))
        assert signer.read(purpose, token).ids[0] == NOBODY
    text = re.search(r"<pre>(.*)</pre>", shown["text"], re.DOTALL)
    assert text
    plain = _without_personal_links(mail.content(message, "plain"))
    _check_equal(_without_personal_links(html.unescape(text[1])), plain)
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


def _without_personal_links(text: str) -> str:
    """The token of each is the reader's own, and of the second in which it was made."""
    shorter, links = PERSONAL.subn(r"\1…", text)
    assert links == 2
    return shorter


def _check_equal(one: str, other: str) -> None:
    differences = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    assert one == other, "\n".join(differences)
