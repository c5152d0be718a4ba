"""Every page in each stage of a mailing, and every form of them with what no field can hold, on PostgreSQL.

No statement is SQLite's alone, and nothing that is sent is an error of ours. PostgreSQL is the
stricter one: it takes no NUL and no number beyond its columns.
"""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.comments.models import ShareLink
from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.models import State, Subscription
from tests.features.scenes import OWNER, full, paths
from tests.web.page_forms import PageForm, forms_of
from tests.web.signed_in import UNSAFE, SignedIn, signed_in_client

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

TEXTS = ["\0", "a\0b", "\ud800", "a\udfffb", "\ufffe", "x" * 5_000, "\u202e\r\nBcc: x@y.example", "ı" * 300]
NUMBERS = ["-1", "0", str(2**31), str(2**63), "9" * 30, "9" * 5_000, "1e999", "NaN", "٣", "0x10", "1_0"]
TIMES = ["0000-00-00T00:00", "9999-12-31T23:59", "0001-01-01", "2026-02-30T10:00", "10000-01-01", "24:00"]
HOSTILE = st.sampled_from([*TEXTS, *NUMBERS, *TIMES]) | st.text(st.characters(), max_size=30)
# What no page shows in these scenes, or only to whoever is not signed in.
FURTHER = {
    "/sign-in": ("email", "password", "next"),
    "/subscribe/<slug>": (
        *(
            "email",
            "name",
            "website",
            "stamp",
            "issue",
            "page",
            "utm",
            "language",
            "proof",
            "topics",
            "topic",
            "tag",
        ),
        "attribute.city",
    ),
    "/suggest/<slug>": ("url", "why", "name", "email", "website", "stamp"),
    "/set-up/<token>": ("email", "password"),
    "/invitation/<token>": ("password",),
    "/reset-password/<token>": ("password",),
    "/u/<token>/reason": ("reason", "comment", "undo"),
    "/u/<token>/undo": ("undo",),
    "/p/<token>/address": ("email",),
    "/p/<token>/choices": ("subscription", "seen", "topics", "topic", "tag", "attribute.city"),
    "/p/<token>/frequency": ("subscription", "frequency"),
    "/p/<token>/rejoin": ("subscription",),
    "/p/<token>/resume": ("subscription",),
    "/p/<token>/erase": ("address", "email"),
    "/admin/issues/<int:issue_id>/send": (
        "when",
        "date",
        "time",
        "zone",
        "offset",
        "at",
        "count",
        "typed",
        "state",
    ),
    "/admin/issues/<int:issue_id>/upload": ("file",),
    "/admin/issues/<int:issue_id>/inbox": ("urls",),
    "/admin/issues/<int:issue_id>/threads": ("text", "section", "quote"),
    "/admin/issues/<int:issue_id>/history/seen": ("state",),
    "/admin/p/<slug>/subscribers/export": ("q", "state", "segment", "format"),
    "/admin/p/<slug>/subscribers/count-segment": ("name", "r.join", "r.0.about", "r.0.how", "r.0.value"),
    "/admin/p/<slug>/subscribers/suspects/drop": ("suspect",),
    "/admin/p/<slug>/subscribers/bulk": ("do", "tag", "row", "q", "state", "segment", "rules"),
    "/admin/p/<slug>/subscribers/columns": ("column", "q", "state", "segment", "rules"),
    "/admin/p/<slug>/subscribers/filter": ("r.join", "r.0.about", "r.0.how", "r.0.value", "rules", "do"),
    "/admin/p/<slug>/inbox/snooze": ("entry", "until", "back"),
    "/admin/p/<slug>/inbox/restore": ("entry", "back"),
    "/admin/p/<slug>/deliverability/self-test": ("headers",),
    "/admin/settings/relay": ("host", "port", "security", "username", "password"),
    "/admin/settings/relay/resume": ("key",),
}
# Sent by buttons that these scenes do not show, without a field; and what `_refuse_hostile_changes` sends.
WITHOUT_FIELDS = (
    *("/again", "/leave-all", "/presence", "/lift", "/data", "/ask", "/logo/remove", "/empty", "/document"),
    *(
        "/recipients.csv",
        "/links.csv",
        "/hours.csv",
        "/compared.csv",
        "/clicks.csv",
        "/providers.csv",
        "/stories.csv",
        "/growth.csv",
        "/problems.csv",
        "/exports/<int:export_id>",
        "/suppressions/export",
        "/cancel",
        "/undo",
        "/deliverability/check",
        "/deliverability/keys",
        "/deliverability/keys/<int:key_id>/sign",
        "/deliverability/keys/<int:key_id>/remove",
        "/threads/<int:comment_id>/resolve",
    ),
    *("/relay/remove", "/earlier", "/pause", "/resume", "/reactivate", "/confirm/<token>"),
    *("/subscribe/<slug>/json", "/lift/<token>", "/hooks/<provider>/<token>", "/address/<token>"),
    *("/rejudge", "/feedback/<int:event_id>/message", "/template/remove", "/template/discard"),
)
# The test goes on with its session.
END_SESSION = ("/sign-out", "/sessions/end")


def test_every_page_and_form(app: Flask, session: Session, runtime: Runtime) -> None:
    scenes = full(session, runtime)
    owner = session.scalars(select(User).where(User.email == OWNER)).one()
    client = signed_in_client(app, session, owner)
    seen = sorted({path for scene in scenes for path in paths(app, scene)})
    assert len(seen) > 30
    seen += _readers_pages(session, runtime.links)
    forms: dict[str, PageForm] = {}
    refused = {}
    for path in seen:
        answer = client.get(path)
        # Whoever takes a copy of anything presses a button, and is written down.
        assert "Content-Disposition" not in answer.headers, path
        if answer.status_code >= 400:
            refused[path] = answer.status
        elif answer.mimetype == "text/html":
            forms |= {f"{form.path} {form.names}": form for form in forms_of(answer.text, path)}
        answer.close()  # downloads are streams
    assert refused == {}
    met = [*forms.values(), *_further(session, runtime.links)]
    _every_route_is_met(app, met)
    _refuse_hostile_fields(client, met)
    _refuse_hostile_changes(client, f"/admin/issues/{scenes[0].values['issue_id']}/document")


def _readers_pages(session: Session, links: Links) -> list[str]:
    some = session.scalars(select(Subscription).where(Subscription.state == State.ACTIVE).limit(1)).one()
    urls = [
        links.confirm(some.id),
        links.unsubscribe(some.id),
        links.preferences(some.subscriber_id),
        links.forgot_password(),
        links.share(session.scalars(select(ShareLink.id)).first() or 0),
    ]
    return [url.removeprefix(links.public_url) for url in urls]


def _further(session: Session, links: Links) -> Iterator[PageForm]:
    some = session.scalars(select(Subscription).limit(1)).one()
    tokens = {
        "/u": links.unsubscribe(some.id),
        "/p": links.preferences(some.subscriber_id),
        "/set-up": links.set_up(),
        "/invitation": links.invitation(1, 0),
        "/reset-password": links.reset_password(1, 0),
    }
    slug = session.scalars(select(Publication.slug)).first() or ""
    for rule, fields in FURTHER.items():
        path = rule.replace("<slug>", slug).replace("<int:issue_id>", "1")
        for prefix, url in tokens.items():
            path = path.replace(f"{prefix}/<token>", url.removeprefix(links.public_url))
        files = frozenset({"file"}) & frozenset(fields)
        yield PageForm(path, tuple((field, "1") for field in fields), files)


def _every_route_is_met(app: Flask, forms: list[PageForm]) -> None:
    """A route that is new has its form on a page, or a line in `FURTHER` or `WITHOUT_FIELDS`."""
    adapter = app.url_map.bind("localhost")
    met = {str(adapter.match(form.path, method="POST", return_rule=True)[0]) for form in forms}
    unsafe = {str(rule) for rule in app.url_map.iter_rules() if UNSAFE & (rule.methods or set())}
    assert {rule for rule in unsafe - met if not rule.endswith(WITHOUT_FIELDS + END_SESSION)} == set()


def _refuse_hostile_fields(client: SignedIn, forms: list[PageForm]) -> None:
    with_fields = [form for form in forms if form.fields and not form.path.endswith(END_SESSION)]
    assert len(with_fields) > 40

    @given(st.sampled_from(with_fields), HOSTILE, st.integers(0, 30))
    def send(form: PageForm, text: str, field: int) -> None:
        name = form.names[field % len(form.names)]
        for changed in (form.with_text(name, text), form.without(name)):
            answer = changed.send(client)
            answer.close()
            assert answer.status_code < 500, (form.path, name, text)
            assert answer.location != "/sign-in", "the test is signed out"

    send()


def _refuse_hostile_changes(client: SignedIn, url: str) -> None:
    """JSON can hold what no other text can: lone surrogates, NUL, numbers of any size."""
    values = st.recursive(
        st.sampled_from([*TEXTS, 10**400, 1e308, -1, True, None]) | st.text(st.characters(), max_size=9),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "id"]), inner),
        max_leaves=4,
    )
    places = [
        "/title",
        "/subject",
        "/slug",
        "/sections/0/title",
        "/sections/0/id",
        "/sections/-",
        "",
        "/\ud800",
    ]

    @given(st.sampled_from(places), st.sampled_from(["add", "replace", "test", "\0"]), values)
    def change(place: str, op: str, value: object) -> None:
        etag = client.get(url).headers["ETag"]
        body = json.dumps([{"op": op, "path": place, "value": value}])
        answer = client.patch(
            url, data=body, content_type="application/json-patch+json", headers={"If-Match": etag}
        )
        assert answer.status_code in {200, 400, 409, 412}, (place, value)
        assert answer.status_code == 200 or (answer.json or {})["message"]

    change()
