"""Several people save at once: exactly one of them is first."""

import threading

from sqlalchemy import func, select

from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.issues.edit import Locked, Stale, edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from tests.factories import make_issue, make_publication

EDITORS = 8


def _an_issue(runtime: Runtime) -> tuple[int, str]:
    with runtime.session() as session:
        issue = make_issue(session, make_publication(session))
        session.commit()
        return issue.id, state_of(find_revision(session, issue))


def test_of_several_at_once_exactly_one_is_saved(runtime: Runtime) -> None:
    issue_id, state = _an_issue(runtime)
    outcomes: list[str] = []
    start = threading.Barrier(EDITORS)

    def edit(name: str) -> None:
        change = [{"op": "replace", "path": "/subject", "value": name}]
        start.wait()
        with runtime.session() as session:
            try:
                edit_issue(session, issue_id, state, change, author=name)
                session.commit()
                outcomes.append(name)
            except Stale as error:
                outcomes.append("stale" if load_document(error.revision).subject != name else "own")

    threads = [threading.Thread(target=edit, args=(f"editor {number}",)) for number in range(EDITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("stale") == EDITORS - 1
    winner = next(outcome for outcome in outcomes if outcome != "stale")
    with runtime.session() as session:
        assert load_document(find_revision(session, session.get_one(Issue, issue_id))).subject == winner
        assert session.scalar(select(func.count()).select_from(Revision)) == 2


def test_a_save_and_a_schedule_at_once_never_send_what_preflight_did_not_see(
    runtime: Runtime, links: Links
) -> None:
    for number in range(4):
        with runtime.session() as session:
            publication = make_publication(session, f"paper-{number}")
            issue_id = make_issue(session, publication).id
            session.commit()
        start = threading.Barrier(2)
        saved: list[bool] = []

        def edit(
            issue_id: int = issue_id, saved: list[bool] = saved, start: threading.Barrier = start
        ) -> None:
            start.wait()
            with runtime.session() as session:
                try:
                    change = [{"op": "replace", "path": "/subject", "value": "TK"}]
                    edit_issue(session, issue_id, "1.0", change, author="test")
                    session.commit()
                    saved.append(True)
                except Locked:
                    saved.append(False)

        typist = threading.Thread(target=edit)
        typist.start()
        start.wait()
        code = ""
        with runtime.session() as session:
            try:
                mailing = schedule(session, session.get_one(Issue, issue_id), None, links, actor="test")
                session.commit()
                locked = session.get_one(Revision, mailing.revision_id)
                assert load_document(locked).subject != "TK"
            except Refused as error:
                code = error.code
        typist.join()
        # When the typist was first, preflight refuses the placeholder; otherwise the issue is locked.
        assert (code, saved) in [("", [False]), ("preflight", [True])]
