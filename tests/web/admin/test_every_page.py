"""Every page of the desk, in each stage of a mailing, on PostgreSQL: no statement is SQLite's alone."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.runtime import Runtime
from tests.features.scenes import OWNER, full, paths
from tests.web.signed_in import signed_in_client

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_every_page(app: Flask, session: Session, runtime: Runtime) -> None:
    scenes = full(session, runtime)
    owner = session.scalars(select(User).where(User.email == OWNER)).one()
    client = signed_in_client(app, session, owner)
    seen = sorted({path for scene in scenes for path in paths(app, scene)})
    assert len(seen) > 30
    answers = {path: client.get(path) for path in seen}
    assert {path: answer.status for path, answer in answers.items() if answer.status_code >= 400} == {}
    # Whoever takes a copy of anything presses a button, and is written down.
    assert [path for path, answer in answers.items() if "Content-Disposition" in answer.headers] == []
