"""Links that lead somewhere else than their document says: through a redirect."""

from collections.abc import Callable

from newsletter.document.url_key import normal_url
from newsletter.rendering.render_input import RenderInput

_SCHEMES = ("http://", "https://")


def redirect_of(given: RenderInput) -> Callable[[str], str] | None:
    """What links of `given` lead to; None where all lead to their own URL."""
    redirects = given.redirects
    if not redirects:
        return None

    def redirect(url: str) -> str:
        return redirects.get(normal_url(url), url)

    return redirect


class FollowedUrls:
    """Gathers the URLs that a message's links lead to while it is composed: call it as a redirect.

    Only web addresses that are the same for every recipient, each once, in the order of the message.
    """

    def __init__(self, nonce: str) -> None:
        """`nonce`: what stands in a URL in which a slot stands (`SlotTable.nonce`)."""
        self._nonce = nonce
        self._found: dict[str, None] = {}

    def __call__(self, url: str) -> str:
        """Note `url`, and leave it as it is."""
        if url.lower().startswith(_SCHEMES) and self._nonce not in url:
            self._found[normal_url(url)] = None
        return url

    @property
    def urls(self) -> list[str]:
        return list(self._found)
