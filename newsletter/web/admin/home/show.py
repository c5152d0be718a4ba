"""`/admin/` and `/admin/p/<publication>`: where one starts, for one publication or for none yet."""

import time
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.sansio.blueprints import BlueprintSetupState

from newsletter.accounts.permissions import Permission
from newsletter.cadence.dates import next_due
from newsletter.core import clock
from newsletter.deferred.suspects import count_suspects
from newsletter.health.check import Health, check_health
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.frame import current_publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.home.health_words import Condition, conditions, for_editors
from newsletter.web.admin.home.issues import next_issues
from newsletter.web.admin.home.mailings import last_mailing, under_way
from newsletter.web.admin.home.readers import Counts
from newsletter.web.admin.home.set_up import steps
from newsletter.web.admin.words.mailings import state_word
from newsletter.web.current import settings
from newsletter.web.database import session

blueprint = Blueprint("admin_home", __name__, url_prefix="/admin")
STARTED_AT = "newsletter_started_at"  # the extension that holds when, on the monotonic clock, in seconds


@blueprint.record_once
def _note_the_start(state: BlueprintSetupState) -> None:
    state.app.extensions[STARTED_AT] = time.monotonic()


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"state_word": state_word}


@blueprint.get("/")
@allow(Permission.VIEW)
def show() -> str:
    """The publication that was looked at last; without any, the first step."""
    publication = current_publication()
    if publication is None:
        return render_template("admin/home/first.html", steps=steps(None))
    return _page(publication)


@blueprint.get("/p/<slug>")
@allow(Permission.VIEW)
def publication(slug: str) -> str:
    """The same for one publication."""
    return _page(find_publication(session(), slug))


@blueprint.get("/p/<slug>/live")
@allow(Permission.VIEW)
def live(slug: str) -> str:
    """The mailings under way, for the page's script, which shows how they go on."""
    publication = find_publication(session(), slug)
    return render_template(
        "admin/home/_under_way.html", publication=publication, mailings=under_way(session(), publication)
    )


@blueprint.get("/settings/health")
@allow(Permission.VIEW)
def health() -> str:
    """The health of every part, for those who run the server."""
    return render_template("admin/home/health.html", conditions=conditions(_health()), now=clock.now())


def _page(publication: Publication) -> str:
    mailings = under_way(session(), publication)
    parts = for_editors(conditions(_health(), mentioned={shown.mailing.id for shown in mailings}))
    return render_template(
        "admin/home/show.html",
        publication=publication,
        steps=steps(publication),
        issues=next_issues(session(), publication),
        due=next_due(session(), publication, clock.now()),
        mailings=mailings,
        last=last_mailing(session(), publication),
        suspects=count_suspects(session(), publication),
        readers=_counts().of(session(), publication),
        conditions=parts,
        trouble=any(_is_wrong(part) for part in parts),
        now=clock.now(),
    )


def _health() -> Health:
    given = settings()
    up_seconds = time.monotonic() - current_app.extensions[STARTED_AT]
    return check_health(session(), given.effective_redis_url, given.unsubscribe_dir, up_seconds)


def _counts() -> Counts:
    kept: Counts = current_app.extensions.setdefault("newsletter_reader_counts", Counts())
    return kept


def _is_wrong(condition: Condition) -> bool:
    return condition.kind in {"warning", "error"}
