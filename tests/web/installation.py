"""The real application behind a browser, and what other people do while somebody sits at it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.find import find_user_by_address
from newsletter.accounts.models import User
from newsletter.accounts.passwords import hash_password
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.sessions import end_sessions
from newsletter.core.addresses import parse_address
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.curation.add import add_urls
from newsletter.curation.fetch import claim_entry
from newsletter.curation.fill import fill
from newsletter.curation.find import find_entry
from newsletter.curation.models import Entry, EntryState, Via
from newsletter.curation.place import place_entries
from newsletter.document import Document
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.save import save_document
from newsletter.media.files import MediaFiles
from newsletter.media.store import store_image
from newsletter.pages.page import Page, PageFields
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.topics.create import create_topic
from newsletter.web.admin.issues.presence import others
from tests.factories import create_morning, make_readers
from tests.serving import serve
from tests.web.signed_in import signed_in_client

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FAR_AWAY = datetime(2031, 3, 3, 11, 0, tzinfo=UTC)
ME, ANA, OWNER = "me@example.org", "ana@example.org", "olga@example.org"
PASSWORD = "seven quiet herons"

Result = TypeVar("Result")


def outside_of_the_browser(call: Callable[[], Result]) -> Result:
    """Run `call` in a thread of its own: Flask ends no context beside the event loop of Playwright."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(call).result()


@dataclass
class Installation:
    """The application on a port of this machine, with one publication, two editors and an owner."""

    app: Flask
    runtime: Runtime
    address: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def create_issue(self, document: Document) -> "IssueOnServer":
        """A new draft, whose address on the web is one of its own."""
        slug = f"issue-{next(self.numbers)}"
        with self.runtime.session() as session:
            publication = session.get_one(Publication, 1)
            named = document.model_copy(update={"slug": slug})
            issue = save_document(session, publication, named, author=ANA).issue
            session.commit()
            return IssueOnServer(self, issue.id)

    def new_session(self, email: str = ME) -> dict[str, str]:
        """The cookie of a browser in which `email` signed in a moment ago, as Playwright takes it."""
        return outside_of_the_browser(lambda: self._new_session(email))

    def _new_session(self, email: str) -> dict[str, str]:
        with self.runtime.session() as session:
            client = signed_in_client(self.app, session, _user(session, email))
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie
        return {"name": name, "value": cookie.value, "url": self.address}

    def sign_out_everywhere(self, email: str = ME) -> None:
        """Whatever browser they are signed in with, it is signed out."""
        with self.runtime.session() as session:
            end_sessions(session, _user(session, email))
            session.commit()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Every request is answered with 503, as by a proxy while the service is restarted."""

        def refuse(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"away"]

        serving = self.app.wsgi_app
        self.app.wsgi_app = refuse  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            self.app.wsgi_app = serving  # type: ignore[method-assign]

    def set_role(self, role: RoleName | None) -> None:
        """What I may do on the team; None: nothing."""
        with self.runtime.session() as session:
            user, other = _user(session, ME), _user(session, ANA)
            user.roles = [] if role is None else list(other.roles)
            session.commit()

    def collect(self, name: str, **fields: str) -> int:
        """A link that waits in the inbox, and whose page was read; the id of its entry."""
        with self.runtime.session() as session:
            publication = session.get_one(Publication, 1)
            url = f"https://post.example/{name.lower().replace(' ', '-')}"
            [entry] = add_urls(session, publication, [url], via=Via.PASTE, actor=ANA)
            for field_name, value in ({"headline": name, "outlet": "The Post"} | fields).items():
                setattr(entry, field_name, value)
            entry.state, entry.fetch_after = EntryState.READY, None
            session.commit()
            return entry.id

    def create_topics(self, *names: str) -> list[str]:
        """Topics of the publication; their keys."""
        with self.runtime.session() as session:
            publication = session.get_one(Publication, 1)
            keys = [create_topic(session, publication, name, actor=ANA).key for name in names]
            session.commit()
            return keys

    def entry(self, entry_id: int) -> Entry:
        """An entry of the inbox as it is now."""
        with self.runtime.session() as session:
            return find_entry(session, entry_id)

    def read_pages(self, headline: str, **more: Any) -> None:
        """Every link that waits to be read has a page, and these are its fields."""
        with self.runtime.session() as session:
            while entry := claim_entry(session):
                page = Page(
                    entry.url, entry.canonical_url, fields=PageFields(headline, **more), text="Its text."
                )
                fill(session, entry, page)
            session.commit()

    def add_to_library(self, octets: bytes, credit: str) -> None:
        """An image that somebody uploaded earlier, with who made it."""
        with self.runtime.session() as session:
            store_image(session, MediaFiles(self.runtime.settings.media_dir), octets, credit=credit)
            session.commit()


@dataclass(frozen=True)
class IssueOnServer:
    """One issue, as the database has it."""

    installation: Installation
    id: int

    @property
    def path(self) -> str:
        return f"/admin/issues/{self.id}"

    @property
    def document(self) -> Document:
        """What is saved now."""
        with self.installation.runtime.session() as session:
            return load_document(find_revision(session, find_issue(session, self.id)))

    def change(self, *operations: dict[str, Any], by: str = ANA) -> None:
        """Somebody else saves a JSON Patch."""
        with self.installation.runtime.session() as session:
            state = state_of(find_revision(session, find_issue(session, self.id)))
            edit_issue(session, self.id, state, list(operations), author=by)
            session.commit()

    def place(self, entry_id: int, section: str, by: str = ANA) -> None:
        """Somebody else places an entry of the inbox."""
        with self.installation.runtime.session() as session:
            place_entries(session, [entry_id], self.id, section, author=by)
            session.commit()

    def schedule(self) -> None:
        """Somebody else schedules it for a day far from now: nobody can change it any more."""
        with self.installation.runtime.session() as session:
            links = self.installation.runtime.links
            schedule(session, find_issue(session, self.id), Moment(FAR_AWAY, "Europe/Rome"), links, actor=ANA)
            session.commit()

    def open_elsewhere(self, by: str = ANA) -> None:
        """Somebody else has it open, too."""
        others(self.installation.runtime.settings.effective_redis_url, self.id, by)


@contextmanager
def installation(app: Flask, runtime: Runtime) -> Iterator[Installation]:
    """Serve `app` with a publication that has readers, two editors and an owner."""
    with runtime.session() as session:
        make_readers(session, create_morning(session), 3)
        for email, role in ((ME, RoleName.EDITOR), (ANA, RoleName.EDITOR), (OWNER, RoleName.OWNER)):
            create_user(session, email=email, role=role, password=None, actor="test").password = _hash()
        session.commit()
    with serve(app) as address:
        app.extensions["newsletter_links"] = Links(address, Signer(runtime.settings.secrets))
        yield Installation(app, runtime, address)


@cache
def _hash() -> str:
    """Of `PASSWORD`; Argon2 is slow on purpose."""
    return hash_password(PASSWORD)


def _user(session: Session, email: str) -> User:
    user = find_user_by_address(session, parse_address(email))
    assert user
    return user
