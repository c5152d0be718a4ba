"""`/admin/p/<publication>/subscribers/labels`: the topics, tags and attributes of a publication."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, DomainError, Missing
from newsletter.issues.remove_label import remove_unused_label
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.labels import find_label, list_labels, rename_label
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import Topic
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LABELS = f"{LIST}/labels"
ONE = f"{LABELS}/<any(topic,tag,attribute):kind>"
LONGEST = 10_000  # characters of a field that is read
KINDS: dict[str, type[Topic] | type[Tag] | type[Attribute]] = {
    "topic": Topic,
    "tag": Tag,
    "attribute": Attribute,
}
TYPES = [
    (AttributeType.TEXT, lazy_gettext("text")),
    (AttributeType.NUMBER, lazy_gettext("number")),
    (AttributeType.DATE, lazy_gettext("date")),
    (AttributeType.BOOLEAN, lazy_gettext("yes or no")),
    (AttributeType.CHOICE, lazy_gettext("choice")),
]


@blueprint.get(LABELS)
@allow(Permission.VIEW)
def labels(slug: str) -> AnyResponse:
    """All of them, each kind with a form for another."""
    return _page(find_publication(session(), slug))


@blueprint.post(ONE)
@allow(Permission.MANAGE_SUBSCRIBERS)
def create_label(slug: str, kind: str) -> AnyResponse:
    """Add one."""
    publication = find_publication(session(), slug)
    try:
        _create(publication, kind)
    except DomainError as error:
        session().rollback()
        return _page(find_publication(session(), slug), kind, error)
    session().commit()
    return redirect(url_for(".labels", slug=slug, _anchor=kind), 303)


@blueprint.post(f"{ONE}/<key>/rename")
@allow(Permission.MANAGE_SUBSCRIBERS)
def rename(slug: str, kind: str, key: str) -> AnyResponse:
    """Call it something else; its key stays."""
    try:
        label = find_label(session(), KINDS[kind], find_publication(session(), slug), key, lock=True)
        rename_label(session(), label, _text("name"), actor=current_actor())
    except DomainError as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
    return redirect(url_for(".labels", slug=slug, _anchor=kind), 303)


@blueprint.post(f"{ONE}/<key>/remove")
@allow(Permission.MANAGE_SUBSCRIBERS)
def remove(slug: str, kind: str, key: str) -> AnyResponse:
    """Remove it, or say what uses it. A second press finds nothing, and that is what was wanted."""
    try:
        label = find_label(session(), KINDS[kind], find_publication(session(), slug), key, lock=True)
        remove_unused_label(session(), label, actor=current_actor())
    except Missing:
        session().rollback()
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
    return redirect(url_for(".labels", slug=slug, _anchor=kind), 303)


def _create(publication: Publication, kind: str) -> None:
    name, actor, by_readers = _text("name"), current_actor(), "by_readers" in request.form
    if kind == "topic":
        create_topic(session(), publication, name, description=_text("description"), actor=actor)
    elif kind == "tag":
        create_tag(session(), publication, name, by_readers=by_readers, actor=actor)
    else:
        known = {each.value: each for each in AttributeType}
        create_attribute(
            *(session(), publication, name),
            type_=known.get(_text("type"), AttributeType.TEXT),
            choices=[line for line in map(str.strip, _text("choices").splitlines()) if line],
            by_readers=by_readers,
            actor=actor,
        )


def _text(name: str) -> str:
    return request.form.get(name, "")[:LONGEST]


def _page(publication: Publication, kind: str = "", error: DomainError | None = None) -> AnyResponse:
    """The page; a form that could not be taken is shown as it was filled in."""
    typed: dict[str, Any] = dict(request.form) if error else {}
    problem = next(iter(error.fields.values()), error.message) if error else ""
    page = render_template(
        "admin/subscribers/labels.html",
        publication=publication,
        found={word: list_labels(session(), found, publication) for word, found in KINDS.items()},
        types=TYPES,
        type_words=dict(TYPES),
        typed_kind=kind,
        typed=typed,
        problem=problem,
    )
    return make_response(page, STATUS[error.decision] if error else 200)
