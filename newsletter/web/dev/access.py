"""Who may look into the mailbox: somebody at this machine who has its secret.

The messages hold links that confirm and that sign people in. So a request has to name this machine, must not
have come through a proxy, which may show this machine to the world, and brings the secret that `newsletter
run` prints: once in the URL, from then on in a cookie.
"""

import hmac
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.host_names import is_loopback
from newsletter.web.current import settings
from newsletter.web.errors import answer
from newsletter.web.trusted_hosts import host_name

COOKIE = "newsletter_mailbox"
PARAMETER = "secret"
A_MONTH = 30 * 86_400  # seconds
# What proxies add (RFC 7239, RFC 9110 §7.6.3, and by habit).
FORWARDING = {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"}
FORWARDING_PREFIXES = ("x-forwarded", "x-original-", "cf-connecting-", "fly-client-", "fastly-client-")


def only_with_the_secret(blueprint: Blueprint) -> None:
    """Guard every page of `blueprint`, and keep what they show out of caches."""
    blueprint.before_request(_check)
    blueprint.after_request(_keep_secret)


def was_forwarded(names: list[str]) -> bool:
    """Whether headers with these names tell of a proxy."""
    lower = [name.lower() for name in names]
    return any(name in FORWARDING or name.startswith(FORWARDING_PREFIXES) for name in lower)


def _check() -> AnyResponse | None:
    if not is_loopback(host_name(request.host)) or was_forwarded(list(request.headers.keys())):
        abort(404)
    if _is_secret(request.args.get(PARAMETER)):
        g.mailbox_secret_shown = True
        return _without_secret() if request.method == "GET" and _is_page() else None
    if _is_secret(request.cookies.get(COOKIE)):
        return None
    sentence = _("Open the mailbox with the full address printed when the service started.")
    return answer(403, sentence, code="mailbox_secret")


def _is_secret(given: str | None) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), settings().mailbox_secret.encode())


def _is_page() -> bool:
    """A program keeps no cookies: what is JSON answers at once."""
    return not request.path.endswith(".json")


def _without_secret() -> AnyResponse:
    """The same page, in the address of which nobody can read the secret over a shoulder."""
    others = urlencode({name: value for name, value in request.args.items() if name != PARAMETER})
    return redirect(request.script_root + request.path + (f"?{others}" if others else ""), 303)


def _keep_secret(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    if g.get("mailbox_secret_shown"):
        response.set_cookie(
            COOKIE,
            settings().mailbox_secret,
            max_age=A_MONTH,
            path=request.script_root + "/dev",
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )
    return response
