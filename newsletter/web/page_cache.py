"""Pages that are the same for everybody, kept rendered for as long as what they are made of stays as it is.

Each request reads from the database what its page is made of (`issues.page_state`) in the snapshot that it
would render from. So a page is never older than the latest commit, whichever process made either, and nothing
has to tell the processes to forget. Nothing personal may be kept here.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import cast

from flask import Flask, Response, current_app, request
from sqlalchemy.orm import Session

from newsletter.core.db import read_snapshot
from newsletter.issues.page_state import LANGUAGE, State
from newsletter.web import assets_manifest, kept_answers, language
from newsletter.web.database import session

EXTENSION = "newsletter_page_cache"
CAPACITY = 8_000_000  # octets of pages in each process

# Reads the state of a page that shows the images with these keys.
ReadState = Callable[[Session, Sequence[str]], State]


@dataclass(frozen=True)
class Page:
    """A page as it was rendered. `images`: keys of the images whose sizes and words it shows."""

    body: bytes
    mimetype: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    images: Sequence[str] = ()


@dataclass(frozen=True)
class KeptPage:
    """A page with the state that it was rendered from."""

    page: Page
    state: State
    etag: str


class PageCache:
    """The pages of one process: at most `capacity` octets, the least recently asked for given up first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._octets = 0
        self._lock = Lock()

    def find(self, key: Hashable) -> KeptPage | None:
        """The page that was kept as `key`, whatever has changed since."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def keep(self, key: Hashable, kept: KeptPage) -> None:
        """Keep a page in the place of an earlier one with this key."""
        with self._lock:
            earlier = self._pages.pop(key, None)
            self._pages[key] = kept
            self._octets += len(kept.page.body) - (len(earlier.page.body) if earlier else 0)
            while self._octets > self.capacity:
                _, oldest = self._pages.popitem(last=False)
                self._octets -= len(oldest.page.body)


def init_app(app: Flask) -> None:
    app.extensions[EXTENSION] = PageCache()


def media_keys(sources: Iterable[str]) -> Sequence[str]:
    """The keys in image sources such as `media:3f…`, for `Page.images`; images from elsewhere have none."""
    keys = {source.removeprefix("media:") for source in sources if source.startswith("media:")}
    return sorted(key for key in keys if key.isalnum())


def current_page(read_state: ReadState, render: Callable[[], Page], part: Hashable = None) -> KeptPage:
    """The page of this request: the one that is kept, if it was made of the same, else what `render` makes.

    What it may depend on: the state, the language, the path and `part` (of the query). To be called before
    anything is read from the database, because all that is read for a page has to be of one moment.
    """
    cache = cast(PageCache, current_app.extensions[EXTENSION])
    kept_answers.begin()
    read_snapshot(session())
    built = assets_manifest.built_at()
    key = (request.script_root, request.path, part, language.wishes(), built)
    kept = cache.find(key)
    state = read_state(session(), kept.page.images if kept else ())
    language.prefer(state[LANGUAGE])
    if kept is None or kept.state != state:
        page = render()
        state = read_state(session(), page.images) if page.images else state
        kept = KeptPage(page, state, sha256(page.body).hexdigest()[:32])
        cache.keep(key, kept)
    return kept


def answer(kept: KeptPage, max_age: int) -> Response:
    """The page, or 304 for whoever has it already (RFC 9110 §13.1.2). Caches may keep it `max_age` s.

    For everybody alike: it may be given again before a view is asked (`kept_answers`).
    """
    response = Response(kept.page.body, mimetype=kept.page.mimetype, headers=kept.page.headers)
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    response.set_etag(kept.etag)
    kept_answers.may_keep(lambda _environ: kept.page.body)
    response.make_conditional(request)
    return response
