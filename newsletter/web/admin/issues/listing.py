"""`/admin/p/<publication>/issues`: the issues of a publication."""

from typing import Any

from flask import render_template, request, url_for

from newsletter.accounts.permissions import Permission
from newsletter.issues.listing import Stage, list_issues
from newsletter.publications.find import find_publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint
from newsletter.web.admin.paging import asked_page
from newsletter.web.admin.words.issues import STAGES
from newsletter.web.database import session

LONGEST_SEARCH = 200


@blueprint.get("/p/<slug>/issues")
@allow(Permission.VIEW)
def issues(slug: str) -> str:
    """The list, newest first, with a filter for stage and title."""
    publication = find_publication(session(), slug)
    stage = _stage(request.args.get("stage", ""))
    words = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    listing = list_issues(session(), publication, stage=stage, words=words, page=asked_page())
    return render_template(
        "admin/issues/list.html",
        publication=publication,
        listing=listing,
        stage=stage,
        stages=STAGES,
        words=words,
        page_url=lambda page: _url(slug, stage, words, page),
    )


def _stage(text: str) -> Stage | None:
    return Stage(text) if text in set(Stage) else None


def _url(slug: str, stage: Stage | None, words: str, page: int) -> str:
    asked: dict[str, Any] = {"stage": stage, "q": words, "page": page if page > 1 else None}
    return url_for(".issues", slug=slug, **{name: value for name, value in asked.items() if value})
