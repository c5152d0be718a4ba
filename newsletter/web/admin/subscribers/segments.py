"""`/admin/p/<publication>/subscribers/segments`: rules that choose subscribers, built from rows."""

from time import perf_counter

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, DomainError, Missing, Refused
from newsletter.issues.uses import find_uses, require_unused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.segments.explain import Explanation, explain_person
from newsletter.segments.find import find_segment, list_segments
from newsletter.segments.models import Segment
from newsletter.segments.names import look_up
from newsletter.segments.read import read, read_json
from newsletter.segments.remove import remove_segment
from newsletter.segments.save import change_segment, create_segment
from newsletter.segments.sentences import describe
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.rule_form import Counted, count_tree, press, rules_of
from newsletter.web.admin.subscribers.rule_form import count_rules as count
from newsletter.web.admin.subscribers.rule_tree import Group, read_tree, tree_of
from newsletter.web.admin.words.segments import JOINS, subjects
from newsletter.web.database import session
from newsletter.web.errors import STATUS

SEGMENTS = f"{LIST}/segments"
ONE = f"{SEGMENTS}/<segment_slug>"
COUNTING = 1.0  # seconds after which the list leaves the other segments uncounted


@blueprint.get(SEGMENTS)
@allow(Permission.VIEW)
def segments(slug: str) -> str:
    """All of them with their rules in words, and how many people are in each."""
    publication = find_publication(session(), slug)
    began = perf_counter()
    rows = []
    for segment in list_segments(session(), publication):
        rules = read(segment.rules)
        lines = describe(rules, look_up(session(), publication, rules, clock.now()))
        spent = perf_counter() - began
        counted = count(publication, rules, most=0) if spent < COUNTING else Counted()
        rows.append((segment, lines, counted))
    return render_template("admin/subscribers/segments.html", publication=publication, rows=rows)


@blueprint.get(f"{LIST}/new-segment")
@allow(Permission.MANAGE_SUBSCRIBERS)
def new_segment(slug: str) -> AnyResponse:
    """A form, empty or with rules to begin with."""
    publication = find_publication(session(), slug)
    typed = request.args.get("rules", "")  # those that the list was narrowed by
    return _page(publication, None, tree_of(read_json(typed)) if typed else Group(), "")


@blueprint.post(f"{LIST}/new-segment")
@allow(Permission.MANAGE_SUBSCRIBERS)
def create(slug: str) -> AnyResponse:
    """Add or remove a row, or save."""
    return _take(find_publication(session(), slug), None)


@blueprint.get(ONE)
@allow(Permission.VIEW)
def segment_page(slug: str, segment_slug: str) -> AnyResponse:
    """The rules, who is in it, where it is used; with `address`, why that person is in it or is not."""
    publication = find_publication(session(), slug)
    segment = find_segment(session(), publication, segment_slug)
    return _page(publication, segment, tree_of(read(segment.rules)), segment.name)


@blueprint.post(ONE)
@allow(Permission.MANAGE_SUBSCRIBERS)
def change(slug: str, segment_slug: str) -> AnyResponse:
    """Add or remove a row, or save."""
    publication = find_publication(session(), slug)
    return _take(publication, find_segment(session(), publication, segment_slug))


@blueprint.post(f"{LIST}/count-segment")
@allow(Permission.VIEW)
def count_rules(slug: str) -> str:
    """Who is met by the rules that a form holds: the part of the page that follows while they are built."""
    publication = find_publication(session(), slug)
    counted = count_tree(publication, read_tree(request.form))
    return render_template("admin/subscribers/_segment_count.html", publication=publication, counted=counted)


@blueprint.post(f"{ONE}/delete")
@allow(Permission.MANAGE_SUBSCRIBERS)
def delete_segment(slug: str, segment_slug: str) -> AnyResponse:
    """Delete it, or say what uses it. A second press finds nothing, and that is what was wanted."""
    publication = find_publication(session(), slug)
    try:
        segment = find_segment(session(), publication, segment_slug, lock=True)
        require_unused(session(), segment)
        remove_segment(session(), segment, actor=current_actor())
    except Missing:
        session().rollback()
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".segment_page", slug=slug, segment_slug=segment_slug), 303)
    else:
        session().commit()
        flash(_("The segment was deleted. Mailings that went to it keep its rules."), "success")
    return redirect(url_for(".segments", slug=slug), 303)


def _take(publication: Publication, segment: Segment | None) -> AnyResponse:
    """What a form of rules asks: to change its rows, to count, or to save."""
    tree, name = read_tree(request.form), request.form.get("name", "")[:1_000]
    action = request.form.get("do", "save")
    if action != "save":
        press(tree, action, request.form.get(f"{action.partition(':')[2]}.new", ""))
        return _page(publication, segment, tree, name)
    try:
        saved = _save(publication, segment, tree, name)
    except DomainError as error:
        slug, segment_slug = publication.slug, segment.slug if segment else ""
        session().rollback()
        publication = find_publication(session(), slug)
        again = find_segment(session(), publication, segment_slug) if segment_slug else None
        return _page(publication, again, tree, name, error)
    session().commit()
    flash(_("The segment is saved."), "success")
    return redirect(url_for(".segment_page", slug=publication.slug, segment_slug=saved.slug), 303)


def _save(publication: Publication, segment: Segment | None, tree: Group, name: str) -> Segment:
    rules = rules_of(publication, tree)
    if segment is None:
        return create_segment(session(), publication, name, rules, actor=current_actor())
    edits = request.form.get("edits", "")
    return change_segment(
        session(),
        publication,
        segment.slug,
        name=name,
        rules=rules,
        edits=int(edits) if edits.isascii() and edits.isdigit() and len(edits) < 10 else -1,
        actor=current_actor(),
    )


def _page(
    publication: Publication,
    segment: Segment | None,
    tree: Group,
    name: str,
    error: DomainError | None = None,
) -> AnyResponse:
    """The form as it was typed, with what is wrong with it."""
    address = request.args.get("address", "")[:254] if segment else ""
    why, why_problem = _why(publication, segment, address) if segment and address else (None, "")
    page = render_template(
        "admin/subscribers/segment.html",
        publication=publication,
        segment=segment,
        tree=tree,
        name=name,
        joins=JOINS,
        subjects=subjects(session(), publication),
        error=error.message if error else "",
        errors=error.fields if error else {},
        counted=count_tree(publication, tree),
        uses=find_uses(session(), segment) if segment else [],
        address=address,
        why=why,
        why_problem=why_problem,
    )
    return make_response(page, STATUS[error.decision] if error else 200)


def _why(publication: Publication, segment: Segment, address: str) -> tuple[Explanation | None, str]:
    try:
        rules = read(segment.rules)
        return explain_person(session(), publication, rules, parse_address(address), clock.now()), ""
    except (Refused, Missing) as error:
        return None, error.message
