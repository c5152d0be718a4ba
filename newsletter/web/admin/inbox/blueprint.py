"""The blueprint of the inbox, and what its pages share."""

from typing import Any

from flask import Blueprint, request

from newsletter.curation.add import LONGEST_TEXT
from newsletter.curation.trouble_text import trouble_text
from newsletter.pages.opml import LONGEST_FILE
from newsletter.web.admin.dates import page_day
from newsletter.web.admin.words.inbox import SHELVES, WAYS, origin_word, sender_line

LIST = "/p/<slug>/inbox"
ONE = "/inbox/<int:entry_id>"
ROOM_FOR_WRAPPING = 100_000  # octets of the token and the other fields
UTF_8 = 4  # octets of a character, at most
LARGE = {"admin_inbox.add", "admin_inbox.paste_text", "admin_inbox.import_feeds"}

blueprint = Blueprint("admin_inbox", __name__, url_prefix="/admin")


@blueprint.url_value_preprocessor
def _allow_long_texts(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard looks for the token, which reads the form.
    if endpoint in LARGE:
        request.max_content_length = max(LONGEST_TEXT * UTF_8, LONGEST_FILE) + ROOM_FOR_WRAPPING
        request.max_form_memory_size = request.max_content_length


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "shelves": SHELVES,
        "ways": WAYS,
        "origin_word": origin_word,
        "page_day": page_day,
        "sender_line": sender_line,
        "trouble_text": trouble_text,
    }
