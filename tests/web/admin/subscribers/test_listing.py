"""The list of subscribers: found, paged, exported."""

import csv
import json
from io import StringIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.narrow import narrowed_as
from newsletter.segments.read import read as read_rules
from newsletter.segments.save import create_segment
from newsletter.subscribers.erase import erase
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import SubscriberExport
from newsletter.subscribers.exports.process import run_export
from newsletter.subscribers.listing import SubscriptionFilter, list_subscriptions
from newsletter.subscribers.search import FEW
from newsletter.web.admin.subscribers import export
from tests.databases import both_databases
from tests.factories import NO_FILES, make_publication, make_readers, make_subscription
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, afresh, read, shown
from tests.web.signed_in import SignedIn


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


class TestList:
    def test_says_what_to_do_before_the_first(
        self, editor_client: SignedIn, publication: Publication
    ) -> None:
        page = read(editor_client, LIST)
        assert "No subscribers yet" in page
        for step in (f"{LIST}/import", f"{LIST}/new", "/subscribe/morning"):
            assert step in page

    def test_shows_the_newest_first_with_state_reason_and_zone(
        self, editor_client: SignedIn, people: People
    ) -> None:
        page = read(editor_client, LIST)
        assert shown(page) == [
            "eve@other.example",
            "dee@readers.example",
            "cy@readers.example",
            "bo@readers.example",
            "ana@readers.example",
        ]
        for words in ("Pending", "Paused", "until ", "unsubscribed", "Suppressed", "Europe/Rome", "محمد 🌊"):
            assert words in page

    @both_databases
    @pytest.mark.parametrize(
        ("state", "who"),
        [
            ("active", ["eve@other.example", "ana@readers.example"]),
            ("pending", ["bo@readers.example"]),
            ("paused", ["cy@readers.example"]),
            ("ended", ["dee@readers.example"]),
            ("suppressed", ["eve@other.example"]),
        ],
    )
    def test_filters_by_state(
        self, editor_client: SignedIn, people: People, state: str, who: list[str]
    ) -> None:
        page = read(editor_client, f"{LIST}?state={state}")
        assert shown(page) == who
        assert f"state={state}" in page
        counts = read(editor_client, f"{LIST}/counts?state={state}")
        assert f"state={state}" in counts
        assert f'<span class="soft nums">{len(who)}</span>' in counts
        assert counts.split("<nav")[1].partition("</nav>")[0] in read(
            editor_client, f"{LIST}?state={state}&counted=1"
        )

    @both_databases
    @pytest.mark.parametrize(
        ("words", "who"),
        [
            ("ANA@", ["ana"]),
            ("b", ["bo"]),
            ("lim", ["dee", "ana"]),
            ("åKESSON", ["bo"]),
            ("محمد", ["cy"]),
            ("🌊", ["cy"]),
            ("e@", []),
            ("%", []),
            ("_", []),
            ("\\", []),
            ("' OR 1=1 --", []),
        ],
    )
    def test_finds_beginnings_of_addresses_and_parts_of_names(
        self, editor_client: SignedIn, people: People, words: str, who: list[str]
    ) -> None:
        answer = editor_client.get(LIST, query_string={"q": words})
        assert [email.partition("@")[0] for email in shown(answer.text)] == who
        assert ("Nobody matches" in answer.text) == (not who)

    def test_searches_within_a_state(self, editor_client: SignedIn, people: People) -> None:
        assert shown(read(editor_client, f"{LIST}?state=ended&q=lim")) == ["dee@readers.example"]
        assert shown(read(editor_client, f"{LIST}?state=nonsense&q=lim&before=x&after=-1")) != []

    @both_databases
    def test_finds_many_as_well_as_few(self, session: Session, publication: Publication) -> None:
        make_readers(session, publication, FEW + 1)
        for words, count in (
            ("reader", 50),
            ("Reader", 50),
            ("EADER", 50),
            ("reader777@", 1),
            ("ader 777", 1),
        ):
            page = list_subscriptions(session, publication.id, SubscriptionFilter(words=words))
            assert len(page.rows) == count
            assert page.older == (count == 50)

    @both_databases
    def test_pages_in_both_directions(self, session: Session, publication: Publication) -> None:
        made = [one.id for one in make_readers(session, publication, 8)]
        pages, last = [], 0
        while True:
            page = list_subscriptions(session, publication.id, older_than=last, limit=3)
            pages.append([one.id for one in page.rows])
            assert page.newer == (last > 0)
            last = page.rows[-1].id
            if not page.older:
                break
        assert [id_ for ids in pages for id_ in ids] == made[::-1]
        back = list_subscriptions(session, publication.id, newer_than=pages[2][0], limit=3)
        assert [one.id for one in back.rows] == pages[1]
        assert (back.newer, back.older) == (True, True)
        first = list_subscriptions(session, publication.id, newer_than=pages[1][0], limit=3)
        assert [one.id for one in first.rows] == pages[0]
        assert not first.newer

    @both_databases
    def test_links_to_the_next_page(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        made = make_readers(session, publication, 51)
        oldest, last = made[0].id, made[1].id
        session.commit()
        assert f"before={last}" in read(editor_client, f"{LIST}?state=active&q=reader")
        second = read(editor_client, f"{LIST}?state=active&q=reader&before={last}")
        assert shown(second) == ["reader1@readers.example"]
        assert f"after={oldest}" in second
        assert "Nobody here" in read(editor_client, f"{LIST}?before=1")

    def test_is_of_one_publication_and_in_the_rail(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        other = make_publication(session, "evening", name="The Evening")
        make_subscription(session, other, "zed@readers.example")
        session.commit()
        page = read(editor_client, LIST)
        assert "zed@" not in page
        assert f'href="{LIST}" aria-current="page"' in page
        assert read(editor_client, "/admin/p/nothing/subscribers", 404)

    @both_databases
    def test_escapes_names_and_hides_the_erased(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        people["ana"].subscriber.name = XSS
        erase(session, people["bo"].subscriber_id, actor="test", files=NO_FILES)
        session.commit()
        page = editor_client.get(LIST, query_string={"q": XSS}).text
        assert XSS not in page
        page = read(editor_client, LIST)
        assert XSS not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "bo@" not in page
        assert "Erased person" in page


class TestExport:
    def test_holds_what_the_filter_shows_and_is_written_down(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        answer = editor_client.post(f"{LIST}/export", data={"state": "", "q": ""})
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        header, *rows = cells(answer.text)
        assert header[:5] == ["email", "name", "state", "ended_reason", "suppressed"]
        assert rows[0][:5] == ["eve@other.example", "", "active", "", "hard_bounce"]
        assert [row[0][:3] for row in rows] == ["eve", "dee", "cy@", "bo@", "ana"]
        few = editor_client.post(f"{LIST}/export", data={"state": "ended", "q": "lim"})
        assert [row[:4] for row in cells(few.text)[1:]] == [
            ["dee@readers.example", "Dee Lim", "ended", "unsubscribed"]
        ]
        afresh(session)
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "subscribers.exported")).all()
        assert [(entry.actor, entry.detail) for entry in entries] == [
            (
                "eddi@press.example",
                {"state": state, "searched": bool(state), "segment": "", "rules": False, "format": "csv"},
            )
            for state in ("", "ended")
        ]

    @both_databases
    def test_is_of_a_segment_in_another_format(
        self, editor_client: SignedIn, session: Session, publication: Publication, people: People
    ) -> None:
        people["cy"].subscriber.language = "de"
        create_segment(session, publication, "Germans", read_rules({"language": "de"}), actor="test")
        session.commit()
        asked = {"segment": "germans", "format": "jsonl"}
        answer = editor_client.post(f"{LIST}/export", data=asked)
        assert (answer.status_code, answer.mimetype) == (200, "application/jsonl")
        assert [json.loads(line)["email"] for line in answer.text.splitlines()] == ["cy@readers.example"]
        workbook = editor_client.post(f"{LIST}/export", data=asked | {"format": "xlsx"})
        assert workbook.data.startswith(b"PK")
        assert editor_client.post(f"{LIST}/export", data={"segment": "nobody"}).status_code == 404
        assert editor_client.post(f"{LIST}/export", data={"format": "exe"}).status_code == 400

    def test_is_not_a_link(self, editor_client: SignedIn, publication: Publication) -> None:
        assert editor_client.get(f"{LIST}/export").status_code == 405

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
    def test_disarms_formulas(
        self, editor_client: SignedIn, session: Session, people: People, name: str
    ) -> None:
        people["ana"].subscriber.name = name
        session.commit()
        answer = editor_client.post(f"{LIST}/export", data={"q": "ana"})
        assert cells(answer.text)[1][1] == f"'{name}"

    @both_databases
    def test_many_are_written_by_a_worker_and_wait_on_a_page(
        self,
        editor_client: SignedIn,
        session: Session,
        people: People,
        runtime: Runtime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(export, "AT_ONCE", 2)
        answer = editor_client.post(f"{LIST}/export", data={"format": "csv"})
        assert (answer.status_code, answer.location) == (303, f"{LIST}/exports")
        page = read(editor_client, answer.location)
        assert "Waiting" in page
        assert "data-polling" in page
        afresh(session)
        export_id = session.scalars(select(SubscriberExport.id)).one()
        session.rollback()
        file = f"{LIST}/exports/{export_id}"
        early = editor_client.post(file)
        assert (early.status_code, early.location) == (303, f"{LIST}/exports")
        session.rollback()
        run_export(runtime.sessions, export_id, ExportFiles(runtime.settings.data_dir), narrowed_as)
        assert "Download" in read(editor_client, f"{LIST}/exports/live")
        got = editor_client.post(file)
        assert (got.mimetype, len(cells(got.text))) == ("text/csv", 6)
        got.close()
        assert editor_client.post(f"/admin/p/evening/subscribers/exports/{export_id}").status_code == 404
        afresh(session)
        taken = select(AuditEntry).where(AuditEntry.action == "subscribers.export_downloaded")
        assert session.scalars(taken).one().detail == {"export_id": export_id}
