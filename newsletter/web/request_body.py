"""The body of a request is read before the database is asked anything.

The web server hands over whole requests; where another one does not, a slow body must not keep a transaction
open: on SQLite nobody else could write meanwhile. A body that is too large is refused here (413).
"""

from flask import Flask, request
from flask import session as cookie

from newsletter.web.accounts.signed_in import SIGNED_IN
from newsletter.web.errors import in_admin

FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """To be called before anything that asks the database in its `before_request`."""
    app.before_request(_read)


def _read() -> None:
    # Strangers who send something to the admin are sent away without that.
    if request.method in SAFE or (in_admin() and SIGNED_IN not in cookie):
        return
    if request.mimetype in FORMS:
        request.form  # noqa: B018
    else:
        request.get_data()
