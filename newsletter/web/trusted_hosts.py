"""By which names the service may be asked (`TRUSTED_HOSTS`): another one in `Host` is refused.

A page that answers to any name can be made to speak for another one: by a link with a forged `Host` behind a
careless proxy, or by a name elsewhere that was made to mean this machine (DNS rebinding).
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_babel import gettext as _

from newsletter.core.host_names import is_loopback
from newsletter.settings import Settings
from newsletter.web.current import public_page
from newsletter.web.errors import Answer, answer

# Supervisors ask `/healthz` by whatever address a process has; the mailbox has a stricter rule of its own.
ASKED_BY_ANY_NAME = {"health", "dev_mailbox"}
ANY = "*"


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests for names that `settings` do not give the service."""
    trusted = trusted_names(settings)
    if trusted is None:
        return

    @app.before_request
    def check() -> Answer | None:
        if request.blueprint in ASKED_BY_ANY_NAME or is_trusted(request.host, trusted):
            return None
        sentence = _(
            "This is not an address of this service. Open %(url)s instead. The person who runs it can add "
            "this address to TRUSTED_HOSTS.",
            url=public_page(),
        )
        return answer(400, sentence, code="untrusted_host")


def trusted_names(settings: Settings) -> frozenset[str] | None:
    """The names beside those of this machine; None: any, because nobody has said what its name is."""
    listed = frozenset(settings.trusted_hosts)
    if ANY in listed or not (listed or settings.public_url or is_loopback(settings.host)):
        return None
    return listed | {host_name(urlsplit(settings.effective_public_url).netloc)}


def is_trusted(host: str, trusted: frozenset[str]) -> bool:
    """Whether `host` (as in the header, perhaps with a port) is one of `trusted`, or only this machine.

    A name in `trusted` that begins with a dot stands for all names that end with it.
    """
    name = host_name(host)
    return is_loopback(name) or any(
        name == one or (one.startswith(".") and name.endswith(one)) for one in trusted
    )


def host_name(host: str) -> str:
    """The name in a `Host` header, in lower case and without its port; empty when there is none in it."""
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return ""
