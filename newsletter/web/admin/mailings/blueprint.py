"""The blueprint of all pages about mailings, and what they share."""

from typing import Any

from flask import Blueprint

from newsletter.issues.load import find_titles
from newsletter.mailings.lifecycle import find
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.publications.models import Publication
from newsletter.web.admin.words import mailings as words
from newsletter.web.database import session

ONE = "/mailings/<int:mailing_id>"

blueprint = Blueprint("admin_mailings", __name__, url_prefix="/admin")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "state_word": words.state_word,
        "outcome_word": words.outcome_word,
        "reason_word": words.reason_word,
        "has_another_turn": has_another_turn,
    }


def load_mailing(mailing_id: int) -> Mailing:
    """The mailing of this page; `Missing` when there is none."""
    return find(session(), mailing_id)


def has_another_turn(mailing: Mailing) -> bool:
    """Whether deliveries that are over can go back into its queue."""
    begun = mailing.state in {MailingState.SENDING, MailingState.FINISHED}
    return begun and mailing.control is not Control.CANCEL


def publication_of(mailing: Mailing) -> Publication:
    """The publication that the mailing is of."""
    return session().get_one(Publication, mailing.publication_id)


def titles(mailings: list[Mailing]) -> dict[int, str]:
    """The title of each mailing's issue, by the issue's id."""
    return find_titles(session(), {mailing.issue_id for mailing in mailings})
