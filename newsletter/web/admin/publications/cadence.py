"""`/admin/p/<publication>/cadence`: on which days and at what time issues are due."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.cadence.change import DAYS_AHEAD, MOST_DAYS_AHEAD, set_cadence, stop_cadence
from newsletter.cadence.dates import next_dates
from newsletter.cadence.models import RULE_LENGTH, Cadence
from newsletter.cadence.rule import load_rule
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.words.cadence import rule_words
from newsletter.web.database import session


@blueprint.get("/p/<slug>/cadence")
@allow(Permission.MANAGE_PUBLICATIONS)
def cadence(slug: str) -> str:
    """The rule and the next ten dates."""
    return _page(load_publication(slug))


@blueprint.post("/p/<slug>/cadence")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_cadence(slug: str) -> AnyResponse:
    """Save the rule, or say why not; what was typed stays in the form."""
    publication = load_publication(slug)
    rule, ahead = request.form.get("rule", "")[:1_000], request.form.get("days_ahead", "")[:20]
    try:
        set_cadence(session(), publication, rule, days_ahead=_number(ahead), actor=current_actor())
    except Refused as error:
        start_afresh()
        typed = {"rule": rule, "days_ahead": ahead}
        return make_response(_page(load_publication(slug), typed, error.fields), 400)
    session().commit()
    flash(_("The cadence was saved."), "success")
    return redirect(url_for(".cadence", slug=slug), 303)


@blueprint.post("/p/<slug>/cadence/stop")
@allow(Permission.MANAGE_PUBLICATIONS)
def stop(slug: str) -> AnyResponse:
    """Have no cadence any more."""
    stop_cadence(session(), load_publication(slug), actor=current_actor())
    session().commit()
    flash(_("No more dates are planned. Drafts already created stay."), "success")
    return redirect(url_for(".cadence", slug=slug), 303)


def _page(
    publication: Publication, typed: dict[str, str] | None = None, problems: dict[str, str] | None = None
) -> str:
    kept = session().get(Cadence, publication.id)
    shown: dict[str, Any] = typed or {
        "rule": kept.rule if kept else "",
        "days_ahead": kept.days_ahead if kept else DAYS_AHEAD,
    }
    return render_template(
        "admin/publications/cadence.html",
        publication=publication,
        kept=kept,
        words=rule_words(load_rule(kept.rule)) if kept else "",
        dates=next_dates(session(), publication, clock.now()),
        shown=shown,
        problems=problems or {},
        most_days_ahead=MOST_DAYS_AHEAD,
        longest_rule=RULE_LENGTH,
    )


def _number(text: str) -> int:
    """The number of days in the form; -1, which is refused, for anything else."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else -1
