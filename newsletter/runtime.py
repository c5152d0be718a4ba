"""What a process works with: its settings, engine, sessions and links. Make it after a fork."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from newsletter import tables
from newsletter.core.db import make_engine, session_factory
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.settings import Settings

assert tables  # noqa: S101 - every table must be known before the first query


class Runtime:
    """The parts that the command line and the workers share; each is made on first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.settings.effective_database_url)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return session_factory(self.engine)

    @cached_property
    def links(self) -> Links:
        return Links(
            self.settings.effective_public_url,
            Signer(self.settings.secrets),
            self.settings.configured_mail_domain,
        )

    def close(self) -> None:
        """Close the connections to the database that are not in use. SQLite removes its log with the last."""
        if "engine" in self.__dict__:  # a cached property that was used
            self.engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that is closed at the end; whoever opens it commits."""
        with self.sessions() as session:
            yield session
