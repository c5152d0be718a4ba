"""`/email/<token>`: "View in browser" of readers who got another email than strangers see in the archive.

The token is of one variant of one mailing, so that a section for some readers is shown to nobody who has no
such email.
"""

from flask import Blueprint, Response, make_response

from newsletter.core.errors import Missing
from newsletter.core.tokens import Purpose
from newsletter.mailings.models import StoredMessage
from newsletter.rendering.message import CompiledMessage
from newsletter.web.database import session
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("sent_variant", __name__)
make_private(blueprint)


@blueprint.get("/email/<token>")
def email(token: str) -> Response:
    """The email as it was sent, for nobody in particular."""
    mailing_id, number = read_token(Purpose.SENT_VARIANT, token, 2).ids
    stored = session().get(StoredMessage, (mailing_id, str(number)))
    if stored is None:
        raise Missing("no_issue", "This issue was deleted.")
    compiled = CompiledMessage.from_json(stored.compiled)
    response = make_response(compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"}))
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response
