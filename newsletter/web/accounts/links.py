"""Pages that a link in a mail, or in the terminal of the first start, leads to.

Opening one changes nothing, as mail scanners open links; the button does.
"""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from newsletter.core.errors import DomainError
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.database import session
from newsletter.web.errors import STATUS, Answer, answer, wants_json


def make_link_pages(blueprint: Blueprint) -> None:
    """What is refused is said in the frame of these pages; their addresses stay out of Referer headers."""
    blueprint.register_error_handler(DomainError, _refused)
    blueprint.after_request(_keep_address)


def _keep_address(response: Answer) -> Answer:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _refused(error: DomainError) -> Answer | tuple[str, int]:
    session().rollback()
    status = STATUS[error.decision]
    if wants_json():
        return answer(status, sentence_for(error), code=error.code, fields=error.fields)
    page = render_template(
        "accounts/message.html", heading=_("This link does not work"), sentence=sentence_for(error)
    )
    return page, status
