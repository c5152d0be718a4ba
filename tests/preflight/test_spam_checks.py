"""Drafts are shown to a spamd, here one that speaks its protocol on loopback."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Retryable
from newsletter.core.links import Links
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.preflight.check import check
from newsletter.preflight.spam_checks.check import AT_REST, EVERY, SpamContext, check_spam
from newsletter.preflight.spam_checks.models import SpamCheck
from newsletter.preflight.spam_checks.spamd import SpamScore, ask_spamd
from newsletter.runtime import Runtime
from tests.factories import make_issue, make_publication


class Spamd(socketserver.ThreadingTCPServer):
    """Answers each request with `answer`, and keeps the messages."""

    allow_reuse_address = True
    answer = b"SPAMD/1.1 0 EX_OK\r\nContent-length: 14\r\nSpam: True ; 7.3 / 5.0\r\n\r\nMISSING_MID,FOO"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"spamd://127.0.0.1:{self.server_address[1]}"


class Handler(socketserver.StreamRequestHandler):
    server: Spamd

    def handle(self) -> None:
        self.server.requests.append(self.rfile.read())
        self.wfile.write(self.server.answer)


@pytest.fixture
def spamd() -> Iterator[Spamd]:
    with Spamd() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_message_is_shown_whole_and_its_points_are_read(spamd: Spamd) -> None:
    assert ask_spamd(spamd.url, b"Subject: x\r\n\r\nbody") == SpamScore(7.3, ("MISSING_MID", "FOO"))
    assert spamd.requests == [b"SYMBOLS SPAMC/1.5\r\nContent-length: 18\r\n\r\nSubject: x\r\n\r\nbody"]
    spamd.answer = b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; -0.1 / 5.0\r\n\r\n"
    assert ask_spamd(spamd.url, b"x") == SpamScore(-0.1)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SPAMD/1.1 76 Bad header\r\n\r\n", b"x" * 99_000),
        b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; 7.3.1 / 5.0\r\n\r\n",
        b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; %b / 5.0\r\n\r\n" % (b"9" * 400),
    ],
    ids=["nothing", "http", "refused", "long", "two points", "infinite"],
)
def test_an_answer_that_is_none_is_told(spamd: Spamd, answer: bytes) -> None:
    spamd.answer = answer
    with pytest.raises(Retryable, match="an answer that cannot be read"):
        ask_spamd(spamd.url, b"x")


def test_a_spamd_that_is_not_there_is_told() -> None:
    with pytest.raises(Retryable, match="does not answer"):
        ask_spamd("spamd://127.0.0.1:1", b"x")


def test_a_draft_at_rest_is_checked_once_for_each_state(
    runtime: Runtime, session: Session, links: Links, spamd: Spamd
) -> None:
    context = SpamContext(runtime.sessions, links, spamd.url)
    with time_machine.travel(clock.now(), tick=False) as now:
        issue = make_issue(session, make_publication(session))
        session.commit()
        assert not check_spam(context)  # somebody may be typing
        now.shift(AT_REST)
        assert check_spam(context)
        assert not check_spam(context)
        assert findings(session, issue, links) == [
            "SpamAssassin gives the message 7.3 of 5 points because of MISSING_MID, FOO."
        ]
        state = state_of(find_revision(session, issue))
        change = [{"op": "replace", "path": "/subject", "value": "Boats"}]
        edit_issue(session, issue.id, state, change, author="ana")
        session.commit()
        assert findings(session, issue, links) == []  # another message: not known yet
        now.shift(AT_REST)
        spamd.answer = b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; 1.0 / 5.0\r\n\r\n"
        assert check_spam(context)
        assert findings(session, issue, links) == []
        assert session.scalars(select(SpamCheck.score).order_by(SpamCheck.revision_id.desc())).first() == 1.0
        session.commit()
        spamd.answer = b""
        now.shift(EVERY)
        assert check_spam(context)
        assert not check_spam(context)
        assert len(spamd.requests) == 3


def findings(session: Session, issue: Issue, links: Links) -> list[str]:
    session.expire_all()
    found = check(session, find_revision(session, issue), issue.publication, links)
    session.commit()
    return [finding.message for finding in found if finding.rule == "spam_score"]
