"""The admin in the states that somebody may find it in, and every address of it that the URL map knows.

A scene says what stands for each argument of an address. A page with a new kind of argument needs a line in
`full`, or the test that walks along the whole URL map fails.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError, Rule

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.cadence.change import set_cadence, skip_date
from newsletter.cadence.dates import next_dates
from newsletter.cadence.models import PlannedIssue
from newsletter.core import clock
from newsletter.curation.models import Entry, Feed
from newsletter.demo.make import make_demo
from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Mailing
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.publications.create import create_publication
from newsletter.publications.models import Publication, TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.control import auto_pause
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.imports.models import ImportState
from newsletter.subscribers.models import State, Subscriber, Subscription, Suppression
from newsletter.transports.cooldown import cool_down
from newsletter.transports.edit import add_transport
from newsletter.transports.limit_settings import check_limits
from newsletter.transports.providers import PROVIDERS
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.security import Security
from newsletter.transports.transport_config import row_key
from tests.factories import make_issue, make_subscription
from tests.features.changing_many import change_many
from tests.features.corrected import put_right
from tests.features.counted import track
from tests.features.discussion import discuss
from tests.features.exporting import keep_exports
from tests.features.importing import begin_import, keep_import
from tests.features.reviewing import SNIPPET, edit_draft, keep_snippet, review
from tests.features.segmenting import SEGMENT, keep_segment
from tests.features.signing_up import hold_sign_up
from tests.features.translating import translate
from tests.web.admin.mailings.ledger import half_way

OWNER = "olga@press.example"
PASSWORD = "seven quiet herons"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ARABIC = "النشرة الأسبوعية للتحالف الدولي من أجل الموانئ والسواحل والبحار"
LOCAL = "a.very.long.name.that.goes.on.and.on.and.on.until.it.ends.here"


@dataclass(frozen=True)
class Scene:
    """One thing to look at: what stands for each argument of an address, by its name."""

    name: str
    values: Mapping[str, object]


def paths(app: Flask, scene: Scene) -> Iterator[str]:
    """The address of every page of the admin for which the scene has all arguments."""
    adapter = app.url_map.bind("localhost")
    for rule in pages(app):
        if rule.arguments <= scene.values.keys() | (rule.defaults or {}).keys():
            try:
                yield adapter.build(rule.endpoint, {name: scene.values[name] for name in rule.arguments})
            except BuildError as error:
                message = f"{rule} does not take what the scene “{scene.name}” has: {error}"
                raise AssertionError(message) from error


def pages(app: Flask) -> list[Rule]:
    """Every rule of the admin that answers to GET."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin_") and "GET" in (rule.methods or ())
    ]


def empty(session: Session) -> list[Scene]:
    """An owner, and nothing else."""
    create_user(session, email=OWNER, role=RoleName.OWNER, password=PASSWORD, actor="test")
    session.commit()
    return [Scene("nothing", {})]


def bare(session: Session) -> list[Scene]:
    """A publication with nothing in it."""
    empty(session)
    _publication(session, "bare", "The Bare Publication")
    session.commit()
    return [Scene("bare", {"slug": "bare"})]


def full(session: Session, runtime: Runtime) -> list[Scene]:
    """The demo, somebody invited, and an issue in each stage."""
    empty(session)
    create_user(session, email="new@press.example", role=RoleName.EDITOR, password=None, actor="test")
    demo = make_demo(session, MediaFiles(runtime.settings.media_dir), runtime.links)
    session.commit()
    publication = session.scalars(select(Publication).where(Publication.slug == demo.publication_slug)).one()
    publication.tracking = TrackingMode.INDIVIDUAL
    edit_draft(session, demo.draft_id)
    set_cadence(session, publication, "TU,FR 08:00", actor=OWNER)
    skipped, due = next_dates(session, publication, clock.now(), number=2)
    skip_date(session, publication, skipped.day, actor=OWNER)
    keep_snippet(session, publication, "How to support us", OWNER)
    keep_segment(session, publication, "Readers in Rome", OWNER)
    session.add(PlannedIssue(publication_id=publication.id, day=due.day, issue_id=demo.draft_id))
    later, going, held = _mailings(session, runtime, publication)
    hold_sign_up(session, publication)
    put_right(session, going, runtime.links, OWNER)
    track(session, demo.mailing_id, runtime.links)
    discuss(session, session.get_one(Issue, demo.draft_id), "Is this still true? Ask @olga.", OWNER)
    waiver_id = review(session, publication, demo.draft_id, runtime.links, OWNER)
    further = {"transport_id": _transports(session, runtime), "waiver_id": waiver_id}
    further |= {"bulk_id": change_many(session, runtime, publication, OWNER)}
    common = _common(session, publication) | further
    written = {"issue_id": demo.draft_id, "mailing_id": demo.mailing_id}
    keep_exports(session, publication, OWNER)
    done, running, failed = (
        {"import_id": keep_import(session, publication, state, OWNER)}
        for state in (ImportState.DONE, ImportState.RUNNING, ImportState.FAILED)
    )
    begun = {"slug": publication.slug, "import_id": begin_import(session, runtime, publication, OWNER)}
    scenes = [
        Scene("draft", common | written | done),
        Scene("importing", common | running),
        Scene("failed", common | failed),
        Scene("preview", begun),
        Scene("scheduled", {"issue_id": later.issue_id, "mailing_id": later.id}),
        Scene("sending", {"issue_id": going.issue_id, "mailing_id": going.id}),
        Scene("held", {"mailing_id": held.id}),
        Scene("translated", {"issue_id": translate(session, publication, OWNER), "edition": "ar"}),
    ]
    session.commit()  # on SQLite the application waits for whoever only reads outside of a request, too
    return scenes


def _mailings(
    session: Session, runtime: Runtime, publication: Publication
) -> tuple[Mailing, Mailing, Mailing]:
    """One that is scheduled, one that is half sent, one that is held."""
    issues = [make_issue(session, publication, slug) for slug in ("later", "going", "held")]
    when = Moment(clock.now() + timedelta(days=3), "Europe/Rome")
    later = schedule(session, issues[0], when, runtime.links, actor="test")
    going, held = (schedule(session, issue, None, runtime.links, actor="test") for issue in issues[1:])
    session.commit()
    assert freeze(runtime.sessions, going.id, runtime.links)
    half_way(session, going.id)
    going.waiting_for = "The relay asked us to come back later: 450 4.7.1 Too many messages for now."
    going.per_second, going.not_before = 12.5, clock.now() + timedelta(minutes=10)
    assert freeze(runtime.sessions, held.id, runtime.links)
    refusal = "The relay refuses the log-in: 535 5.7.8 Authentication credentials invalid."
    auto_pause(session, lock(session, held.id), refusal)
    session.commit()
    return later, going, held


def foreign(session: Session, runtime: Runtime) -> list[Scene]:
    """Names that are as long as they may be, and text that runs from right to left."""
    empty(session)
    create_user(session, email=f"{LOCAL}@press.example", role=RoleName.EDITOR, password=None, actor="test")
    long = _publication(session, "long", f"{LONG} {LONG}"[:120], description=f"{LONG} " * 4)
    arabic = _publication(session, "arabic", ARABIC, language="ar", description=f"{ARABIC}. " * 3)
    scenes = []
    for publication, words in ((long, LONG), (arabic, ARABIC)):
        twice = f"{words} {words}"
        people = [
            make_subscription(session, publication, f"{LOCAL}{n}@{publication.slug}.example", twice[:120])
            for n in range(4)
        ]
        make_subscription(session, publication, f"p@{publication.slug}.example", state=State.PENDING)
        sent, draft = (_issue(session, publication, f"{words} {number}") for number in (1, 2))
        discuss(session, draft, twice, f"{LOCAL}@press.example")
        mailing = schedule(session, sent, None, runtime.links, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        auto_pause(session, lock(session, mailing.id), twice)
        session.commit()
        facts = {"slug": publication.slug, "issue_id": draft.id, "mailing_id": mailing.id}
        facts |= {"subscriber_id": people[0].subscriber_id, "subscription_id": people[0].id}
        facts |= {"import_id": keep_import(session, publication, ImportState.FAILED, OWNER, twice)}
        facts |= {"transport_id": _transports(session, runtime, words), "snippet_key": SNIPPET}
        facts |= {"segment_slug": SEGMENT}
        keep_segment(session, publication, twice[:120], OWNER)
        hold_sign_up(session, publication, twice)
        keep_snippet(session, publication, twice[:300], OWNER)
        scenes.append(Scene(publication.slug, facts))
    session.commit()
    return scenes


def _common(session: Session, publication: Publication) -> dict[str, object]:
    """What stands for the arguments that a stage of an issue says nothing about."""
    reader, subscription = session.execute(
        select(Subscriber.id, Subscription.id)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.publication_id == publication.id, Subscription.state == State.ACTIVE)
        .order_by(Subscriber.id)
    ).first() or (0, 0)
    picture = session.scalars(select(MediaFile.key).order_by(MediaFile.id)).first()
    facts = {"slug": publication.slug, "subscriber_id": reader, "subscription_id": subscription}
    feed = session.scalars(select(Feed.id)).first()
    entry = session.scalars(select(Entry.id).order_by(Entry.id.desc())).first()
    facts["suppression_id"] = session.scalars(select(Suppression.id)).first() or 0
    # Each issue has a first revision.
    facts |= {"key": picture, "entry_id": entry, "feed_id": feed, "number": 1}
    return facts | {"snippet_key": SNIPPET, "segment_slug": SEGMENT}


def _transports(session: Session, runtime: Runtime, name: str = "The relay of the house") -> int:
    """Two relays: one that needs somebody, with every limit there is, and one that is paused."""
    host = f"{len(name)}.relay.{'a-long-name.' * 8}example"
    facts = RelaySettings(host, 587, Security.STARTTLS, f"{LOCAL}@press.example", PASSWORD)
    limits = check_limits(
        {
            "per_second": "12.5",
            "per_day": "20000",
            "provider_limits": " ".join(f"{provider}=2" for provider in PROVIDERS),
            "hours": "08:00-20:00",
            "zone": "America/Argentina/ComodRivadavia",
            "warm_up_from": "2026-01-01",
            "warm_up_per_day": "200",
        }
    )
    limited = add_transport(session, facts, runtime.settings.secrets, name=name, limits=limits, actor=OWNER)
    reason = (
        "The relay did not accept the user: 535 5.7.8 Authentication credentials invalid. Check its settings."
    )
    cool_down(session, row_key(limited.id), "", reason, temporary=False, now=clock.now())
    cool_down(session, row_key(limited.id), f"{LOCAL}@press.example", reason, temporary=True, now=clock.now())
    other = RelaySettings(f"{len(name)}.example", 25, Security.NONE)
    paused = add_transport(session, other, runtime.settings.secrets, actor=OWNER)
    paused.paused_at = clock.now()
    session.flush()
    return limited.id


def _publication(session: Session, slug: str, name: str, **facts: str) -> Publication:
    return create_publication(
        session,
        slug=slug,
        name=name,
        sender=f"desk@{slug}.example",
        postal_address="1 Quay Street\n1000 Northport",
        timezone="America/Argentina/ComodRivadavia",
        actor="test",
        **facts,
    )


def _issue(session: Session, publication: Publication, title: str) -> Issue:
    story = {"headline": title, "url": f"https://news.example.org/{'a' * 180}", "blurb": f"{title}. " * 9}
    document = {
        "title": title,
        "subject": title,
        "preheader": f"{title} {title}"[:200],
        "sections": [{"type": "links", "title": title, "items": [story, story]}],
    }
    author = f"{LOCAL}@press.example"
    return save_document(session, publication, loads(json.dumps(document)), author=author).issue
