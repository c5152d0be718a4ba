"""Links that lead somewhere else than their document says: through a redirect."""

from collections.abc import Callable
from html import escape

from newsletter.document.url_key import normal_url
from newsletter.rendering.render_input import RenderInput, TrackingInput
from newsletter.rendering.slots import Slot, SlotMode, SlotTable

_SCHEMES = ("http://", "https://")


def redirect_of(given: RenderInput, slots: SlotTable) -> Callable[[str], str] | None:
    """What links of `given` lead to; None where all lead to their own URL."""
    redirects = dict(given.redirects)
    if (tracking := given.tracking) is not None:
        redirects |= {url: tracked_url(tracking, link, slots) for url, link in tracking.links.items()}
    if not redirects:
        return None

    def redirect(url: str) -> str:
        return redirects.get(normal_url(url), url)

    return redirect


def tracked_url(tracking: TrackingInput, url: str, slots: SlotTable) -> str:
    """`url` with the slot for whose copy it stands in."""
    return url + slots.placeholder(Slot(tracking.slot, mode=SlotMode.URL_PART))


def hidden_html(tracking: TrackingInput, slots: SlotTable) -> str:
    """The canary link and the pixel. The link has no words, no focus and no place on the page."""
    html = ""
    if tracking.canary:
        canary = escape(tracked_url(tracking, tracking.canary, slots))
        html = f'<a href="{canary}" style="display: none" aria-hidden="true" tabindex="-1"></a>\n'
    pixel = escape(f"{tracked_url(tracking, tracking.pixel, slots)}.gif")
    return f'{html}<img src="{pixel}" width="1" height="1" alt="" style="display: block">\n'


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
