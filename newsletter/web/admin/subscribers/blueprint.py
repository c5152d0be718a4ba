"""The blueprint of all pages about subscribers, and what they share."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from newsletter.issues.load import find_titles
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.files import too_large_error
from newsletter.subscribers.imports.upload import MOST_OCTETS
from newsletter.subscribers.models import ConsentRecord, Subscription
from newsletter.subscribers.origin import Origin
from newsletter.web.admin.frame import current_publication
from newsletter.web.admin.words import subscribers as words
from newsletter.web.admin.words.imports import export_word, import_word
from newsletter.web.admin.words.mailings import outcome_word, reason_word
from newsletter.web.database import session
from newsletter.web.errors import Answer, answer

LIST = "/p/<slug>/subscribers"
ONE = "/subscribers/<int:subscriber_id>"
UPLOAD = "admin_subscribers.upload"
MOST_PASTED = 2_000_000  # octets
ROOM_FOR_WRAPPING = 100_000  # octets of multipart, the statement and the token

blueprint = Blueprint("admin_subscribers", __name__, url_prefix="/admin")


@blueprint.url_value_preprocessor
def _allow_large_uploads(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard looks for the token, which reads the form and with it the uploaded file.
    if endpoint == UPLOAD:
        request.max_content_length = MOST_OCTETS + MOST_PASTED + ROOM_FOR_WRAPPING
        request.max_form_memory_size = MOST_PASTED + ROOM_FOR_WRAPPING


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Answer:
    if request.endpoint != UPLOAD:
        sentence = _("What you typed is too long. Shorten it and try again.")
    elif (request.content_length or 0) < MOST_OCTETS:
        most = MOST_PASTED // 1_000_000
        sentence = _("You can paste at most %(most)s MB. Save it as a file and upload it instead.", most=most)
    else:
        sentence = too_large_error(MOST_OCTETS).message
    return answer(413, sentence, code="too_large")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "state_word": words.state_word,
        "end_word": words.end_word,
        "suppression_word": words.suppression_word,
        "outcome_word": outcome_word,
        "reason_word": reason_word,
        "import_word": import_word,
        "export_word": export_word,
    }


def home_of(subscriptions: list[Subscription]) -> Publication | None:
    """The publication in whose pages a person's page stands: the present one where they belong to it."""
    present = current_publication()
    theirs = [subscription.publication for subscription in subscriptions]
    if present is None or not theirs or present.id in {publication.id for publication in theirs}:
        return present
    return theirs[0]


def issue_titles(records: Iterable[ConsentRecord]) -> dict[int, str]:
    """The titles of the issues from whose pages people came to sign up, by id."""
    ids = {Origin.from_json(record.origin).issue_id for record in records}
    return find_titles(session(), {id_ for id_ in ids if id_ is not None})


def publications_by_id(ids: set[int]) -> dict[int, Publication]:
    """The publications with these ids."""
    found = session().scalars(select(Publication).where(Publication.id.in_(ids)))
    return {publication.id: publication for publication in found}
