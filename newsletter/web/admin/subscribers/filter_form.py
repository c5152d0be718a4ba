"""`/admin/p/<publication>/subscribers/filter`: build the rules that narrow the list, without saving them."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import PeopleFilter, compact, list_url, read_filter
from newsletter.web.admin.subscribers.rule_form import count_tree, press, rules_of
from newsletter.web.admin.subscribers.rule_tree import Group, read_tree, tree_of
from newsletter.web.admin.words.segments import JOINS, subjects
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get(f"{LIST}/filter")
@allow(Permission.VIEW)
def build_filter(slug: str) -> AnyResponse:
    """The rules of the list, as rows."""
    publication = find_publication(session(), slug)
    asked = read_filter(request.args, publication)
    return _page(publication, asked, Group() if asked.rules is None else tree_of(asked.rules))


@blueprint.post(f"{LIST}/filter")
@allow(Permission.VIEW)
def take_filter(slug: str) -> AnyResponse:
    """Add or remove a row, or show the list, or go on to save the rules as a segment."""
    publication = find_publication(session(), slug)
    asked, tree = read_filter(request.form, publication), read_tree(request.form)
    action = request.form.get("do", "show")
    if action not in {"show", "save"}:
        press(tree, action, request.form.get(f"{action.partition(':')[2]}.new", ""))
        return _page(publication, asked, tree)
    try:
        rules = compact(rules_of(publication, tree)) if tree.parts or action == "save" else ""
    except Refused as error:
        return _page(publication, asked, tree, error)
    if action == "save":
        return redirect(url_for(".new_segment", slug=slug, rules=rules), 303)
    return redirect(list_url(slug, asked.query | {"rules": rules}), 303)


def _page(
    publication: Publication, asked: PeopleFilter, tree: Group, error: Refused | None = None
) -> AnyResponse:
    """The form as it stands, with what is wrong with it."""
    page = render_template(
        "admin/subscribers/filter.html",
        publication=publication,
        asked=asked,
        tree=tree,
        joins=JOINS,
        subjects=subjects(session(), publication),
        error=error.message if error else "",
        errors=error.fields if error else {},
        counted=count_tree(publication, tree),
    )
    return make_response(page, STATUS[error.decision] if error else 200)
