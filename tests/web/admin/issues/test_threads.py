"""The comments beside the document, as the editor's script asks for them."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from newsletter.issues.models import Issue
from tests.databases import both_databases
from tests.web.admin.issues.conftest import DocumentClient, own
from tests.web.signed_in import SignedIn

ABOUT = {"section": "digest", "item": 0, "quote": "came by mule", "text": "By horse, I think."}


def threads(client: SignedIn, issue: Issue) -> dict[str, Any]:
    return body(client.get(own(issue, "threads")))


def body(answer: TestResponse) -> dict[str, Any]:
    read: Any = answer.json
    assert isinstance(read, dict)
    return read


@both_databases
def test_a_comment_follows_its_text_until_it_is_resolved(
    editor_client: SignedIn, admin_client: SignedIn, issue: Issue, api: DocumentClient
) -> None:
    assert threads(editor_client, issue) == {"threads": [], "mark": "0.0"}
    [made] = body(editor_client.post(own(issue, "threads"), json=ABOUT))["threads"]
    assert (made["path"], made["quote"], made["is_gone"]) == ("sections[1].items[0]", "came by mule", False)
    reply = {"reply_to": made["id"], "text": "No."}
    [answered] = body(admin_client.post(own(issue, "threads"), json=reply))["threads"]
    assert [(each["author"], each["text"]) for each in answered["replies"]] == [("olga@press.example", "No.")]
    api.save({"op": "move", "from": "/sections/1", "path": "/sections/0"})
    moved = threads(editor_client, issue)
    assert (moved["threads"][0]["path"], moved["mark"]) == ("sections[0].items[0]", f"{made['id'] + 1}.1")
    told = body(editor_client.post(own(issue, "presence"), json={"etag": "1.0"}))
    assert told["comments"] == moved["mark"]
    api.save({"op": "remove", "path": "/sections/0"})
    gone = threads(editor_client, issue)["threads"][0]
    assert (gone["path"], gone["is_gone"]) == ("", True)
    resolved = body(admin_client.post(own(issue, f"threads/{made['id']}/resolve"), json={}))
    assert resolved == {"threads": [], "mark": f"{made['id'] + 1}.0"}


@pytest.mark.parametrize(
    "sent",
    [
        *(None, [], {}, {"text": " "}, {"text": 7}, {"text": "x" * 4_001}),
        *({"text": "Hm", "section": "nowhere"}, {"text": "Hm", "section": "digest", "item": 99}),
        *(
            {"text": "Hm", "quote": "by horse"},
            {"text": "Hm", "reply_to": 2**70},
            {"text": "Hm", "reply_to": 1},
        ),
    ],
)
def test_what_cannot_be_a_comment_is_refused(editor_client: SignedIn, issue: Issue, sent: object) -> None:
    answer = editor_client.post(own(issue, "threads"), json=sent)
    assert answer.status_code in (400, 404)
    assert body(answer)["message"].endswith(".")
    assert threads(editor_client, issue)["threads"] == []


def test_only_what_is_there_is_resolved(editor_client: SignedIn, issue: Issue) -> None:
    assert editor_client.post(own(issue, "threads/9/resolve"), json={}).status_code == 404
