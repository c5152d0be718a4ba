"""`/admin/mailings/<id>`: the page one watches a mailing on, what its script asks for, and bare counts."""

from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.text import without_nul
from newsletter.feedback.listing import count_kinds
from newsletter.mailings.models import Mailing
from newsletter.mailings.progress import progress
from newsletter.mailings.recipients import (
    OUTCOMES,
    RecipientFilter,
    RecipientPage,
    count_failures,
    recipients,
)
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import (
    ONE,
    blueprint,
    load_mailing,
    publication_of,
    titles,
)
from newsletter.web.admin.mailings.links import links_part
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.words.feedback import kind_word
from newsletter.web.admin.words.mailing_progress import (
    limit_sentence,
    silence_sentence,
    speed_words,
    state_sentence,
)
from newsletter.web.admin.words.mailings import outcome_meaning
from newsletter.web.database import session

LONGEST_SEARCH = 254  # an address has no more (RFC 5321 §4.5.3.1.3)
LONGEST_REASON = 32


@blueprint.get(ONE)
@allow(Permission.VIEW)
def watch(mailing_id: int) -> str:
    """Counts, speed, state; what servers refused; who got it and who did not."""
    return watch_page(load_mailing(mailing_id))


def watch_page(mailing: Mailing, limit_typed: str | None = None, limit_problem: str = "") -> str:
    """The whole page; with what was typed as a limit, and what is wrong with it."""
    facts = _live(mailing)
    totals: MailingTotals = facts["totals"]
    failed = totals.rejected + totals.retry + totals.unanswered
    wanted = read_filter()
    return render_template(
        "admin/mailings/watch.html",
        **facts,
        followed=links_part(mailing),
        failures=count_failures(session(), mailing.id) if failed else [],
        came_back=count_kinds(session(), mailing.id),
        kind_word=kind_word,
        wanted=wanted,
        outcomes=OUTCOMES,
        page=_page(mailing, wanted),
        page_url=_page_url,
        now=clock.now(),
        limit_typed=limit_typed,
        limit_problem=limit_problem,
    )


@blueprint.get(f"{ONE}/live")
@allow(Permission.VIEW)
def live(mailing_id: int) -> str:
    """The parts of the page that change by themselves, for its script."""
    return render_template("admin/mailings/live.html", **_live(load_mailing(mailing_id)))


@blueprint.get(f"{ONE}.json")
@allow(Permission.VIEW)
def counts(mailing_id: int) -> Response:
    """The accounts, for programs."""
    return jsonify(read_totals(session(), mailing_id).as_json())


def read_filter() -> RecipientFilter:
    """The filter in the query: words that mean nothing are ignored."""
    outcome = request.args.get("outcome", "")
    return RecipientFilter(
        outcome=outcome if outcome in OUTCOMES else "",
        reason=without_nul(request.args.get("reason", ""))[:LONGEST_REASON],
        prefix=without_nul(request.args.get("q", "")).strip()[:LONGEST_SEARCH],
    )


def _live(mailing: Mailing) -> dict[str, Any]:
    totals = read_totals(session(), mailing.id)
    publication = publication_of(mailing)
    moving = progress(session(), mailing, totals)
    return {
        "mailing": mailing,
        "publication": publication,
        "issue_title": titles([mailing]).get(mailing.issue_id, ""),
        "totals": totals,
        "sentence": state_sentence(mailing, totals, publication.timezone),
        "silence": silence_sentence(totals, moving),
        "speed": speed_words(totals, moving),
        "limit": limit_sentence(mailing.per_second),
        "terms": _terms(totals),
    }


def _terms(totals: MailingTotals) -> list[tuple[str, str, int, dict[str, int]]]:
    """The terms of the equation in its order: outcome, meaning, people, and those by reason."""
    reasons = {"rejected": totals.rejected_reasons, "excluded": totals.excluded}
    numbers = {name: getattr(totals, name) for name in OUTCOMES if name != "excluded"}
    numbers["excluded"] = sum(totals.excluded.values())
    return [
        (name, outcome_meaning(name), n, {key: of for key, of in reasons.get(name, {}).items() if of})
        for name, n in numbers.items()
    ]


def _page(mailing: Mailing, wanted: RecipientFilter) -> RecipientPage:
    return recipients(session(), mailing.id, wanted, after=asked_id("after"), before=asked_id("before"))


def _page_url(mailing: Mailing, wanted: RecipientFilter, **place: int) -> str:
    asked = {"outcome": wanted.outcome, "reason": wanted.reason, "q": wanted.prefix} | place
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for(".watch", mailing_id=mailing.id, **given, _anchor="recipients")
