"""The secret address on the page of the inbox: shown, replaced, turned off."""

import re

from sqlalchemy.orm import Session

from newsletter.curation.add import add_urls
from newsletter.curation.models import Via
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.signed_in import SignedIn

INBOX = "/admin/p/morning/inbox"
ADDRESS = re.compile(r"inbox\+[a-z2-7]{20,}@[a-z.]+")


def shown(client: SignedIn) -> str | None:
    found = ADDRESS.search(client.get(INBOX).text)
    return found[0] if found else None


@both_databases
def test_it_is_replaced_and_turned_off(editor_client: SignedIn, publication: Publication) -> None:
    first = shown(editor_client)
    assert first
    assert editor_client.post(f"{INBOX}/address").location == INBOX
    second = shown(editor_client)
    assert second not in {first, None}
    editor_client.post(f"{INBOX}/address", data={"off": "1"})
    assert shown(editor_client) is None
    assert "Create an address" in editor_client.get(INBOX).text
    editor_client.post(f"{INBOX}/address")
    assert shown(editor_client) not in {first, second, None}


def test_an_entry_says_who_mailed_it(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    sender, url = "<b>Ana</b> <ana@press.example>", "https://post.example/a"
    [entry] = add_urls(session, publication, [url], via=Via.EMAIL, sender=sender, note="Fwd: <i>")
    session.commit()
    for page in (INBOX, f"/admin/inbox/{entry.id}"):
        text = editor_client.get(page).text
        assert "By email from &lt;b&gt;Ana&lt;/b&gt; &lt;ana@press.example&gt;" in text
        assert "Fwd: &lt;i&gt;" in text
