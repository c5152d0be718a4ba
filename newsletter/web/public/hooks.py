"""`/hooks/<provider>/<token>`: what providers post about our deliveries.

A program posts, so there are no pages, cookies or CSRF tokens; a signature over the body says who it is.
"""

from functools import lru_cache

from flask import Blueprint, Response, request

from newsletter.core import clock
from newsletter.core.errors import DomainError, Missing
from newsletter.feedback.webhooks import HookAccount, Posted, WebhookRefused
from newsletter.feedback.webhooks.posted import MOST_OCTETS
from newsletter.incoming.hooks import confirm, read_hook_accounts, take_post
from newsletter.web.current import links, settings
from newsletter.web.database import session

blueprint = Blueprint("hooks", __name__)

STATUS = {"webhook_too_large": 413, "webhook_unreadable": 400}


@blueprint.post("/hooks/<provider>/<token>")
def take(provider: str, token: str) -> Response:
    """Take what is genuine; 404 for an address that is not ours, 401 for a post that is nobody's."""
    request.max_content_length = MOST_OCTETS
    headers = {name.lower(): value for name, value in request.headers.items()}
    posted = Posted(request.get_data(), headers, clock.now())
    try:
        reading = take_post(session(), links(), _accounts(), provider=provider, token=token, posted=posted)
    except (WebhookRefused, Missing) as error:
        session().commit()
        return _plain(_status(error))
    session().commit()
    confirm(reading)
    return _plain(200)


def _status(error: DomainError) -> int:
    return 404 if isinstance(error, Missing) else STATUS.get(error.code, 401)


def _plain(status: int) -> Response:
    words = {200: "Taken.", 401: "Not signed by the stated sender.", 404: "Nothing is posted here."}
    response = Response(f"{words.get(status, 'It cannot be read.')}\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


def _accounts() -> dict[str, HookAccount]:
    given = settings().webhooks
    return _read(given.get_secret_value()) if given else {}


@lru_cache(maxsize=2)
def _read(text: str) -> dict[str, HookAccount]:
    return read_hook_accounts(text)
