"""`/admin/p/<publication>/snippets`: texts that many issues share; each is edited in one place."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, DomainError, Missing
from newsletter.document.richtext import to_plain
from newsletter.document.slug import ascii_slug
from newsletter.issues.snippets.find import find_snippet, find_uses, list_snippets
from newsletter.issues.snippets.models import KEY_LENGTH, Snippet
from newsletter.issues.snippets.save import SnippetWords, Stale, delete_snippet, save_snippet
from newsletter.issues.snippets.take_over import WORDS
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.forms import Form

LONGEST_BEGIN = 400  # characters of a text that the list is made of
# The field for each column: `text` is a method of forms.
FIELDS = {"title": "title", "text": "markdown", "url": "url", "link_label": "link_label"}


class SnippetForm(Form):
    """Named as the columns; `edits` says which state of the snippet the form was filled from."""

    title = StringField(
        lazy_gettext("Heading"), description=lazy_gettext("Shown above the text. Leave it empty for none.")
    )
    markdown = TextAreaField(
        lazy_gettext("Text"),
        [InputRequired(lazy_gettext("Enter the text."))],
        description=lazy_gettext("**bold**, *italic*, [text](https://…) for a link, - for a list."),
    )
    url = StringField(lazy_gettext("Link to read more"))
    link_label = StringField(lazy_gettext("Link text"), description=lazy_gettext("If empty, “Read more”."))
    edits = HiddenField()

    def words(self) -> SnippetWords:
        """What was typed."""
        return SnippetWords(**{name: self.text(FIELDS[name]) for name in WORDS})


class NewSnippetForm(SnippetForm):
    """The same to make one."""

    key = StringField(
        lazy_gettext("Key"),
        description=lazy_gettext("Its name in files. If empty, it is made from the heading."),
    )


@blueprint.get("/p/<slug>/snippets")
@allow(Permission.EDIT_ISSUES)
def snippets(slug: str) -> str:
    """All of them, and how many issues use each."""
    publication = load_publication(slug)
    rows = [
        (each, find_uses(session(), publication, each.key)) for each in list_snippets(session(), publication)
    ]
    return render_template(
        "admin/publications/snippets.html",
        publication=publication,
        rows=rows,
        begins={each.key: to_plain(each.text[:LONGEST_BEGIN], links=False)[:90] for each, _uses in rows},
    )


@blueprint.get("/p/<slug>/new-snippet")
@allow(Permission.EDIT_ISSUES)
def new_snippet(slug: str) -> AnyResponse:
    """An empty form."""
    return _page(load_publication(slug), None, NewSnippetForm(), 200)


@blueprint.post("/p/<slug>/new-snippet")
@allow(Permission.EDIT_ISSUES)
def create_snippet(slug: str) -> AnyResponse:
    """Make one, or say why not; what was typed stays in the form."""
    publication, form = load_publication(slug), NewSnippetForm()
    words = form.words()
    key = form.text("key").strip() or ascii_slug(words.title, KEY_LENGTH) or "snippet"
    if not form.validate():
        return _page(publication, None, form, 400)
    try:
        save_snippet(session(), publication, key, words, actor=current_actor(), edits=0)
    except Stale:
        start_afresh()
        form.show_problems({"key": _("There is already a snippet with the key “%(key)s”.", key=key)})
        return _page(load_publication(slug), None, form, 409)
    except DomainError as error:
        return _refused(slug, None, form, error)
    session().commit()
    flash(_("The snippet is saved. Add it to an issue as a section."), "success")
    return redirect(url_for(".snippets", slug=slug), 303)


@blueprint.get("/p/<slug>/snippets/<snippet_key>")
@allow(Permission.EDIT_ISSUES)
def edit_snippet(slug: str, snippet_key: str) -> AnyResponse:
    """The form, as the snippet is, and the issues that use it."""
    publication = load_publication(slug)
    snippet = find_snippet(session(), publication, snippet_key)
    form = SnippetForm(**{FIELDS[name]: getattr(snippet, name) for name in WORDS}, edits=str(snippet.edits))
    return _page(publication, snippet, form, 200)


@blueprint.post("/p/<slug>/snippets/<snippet_key>")
@allow(Permission.EDIT_ISSUES)
def change_snippet(slug: str, snippet_key: str) -> AnyResponse:
    """Save, or say why not; what was typed stays in the form."""
    publication, form = load_publication(slug), SnippetForm()
    snippet = find_snippet(session(), publication, snippet_key)
    if not form.validate():
        return _page(publication, snippet, form, 400)
    typed = form.text("edits")
    edits = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        # 0 edits would be a new one, and this page is of one that is there.
        saved = save_snippet(
            session(), publication, snippet_key, form.words(), actor=current_actor(), edits=edits or -1
        )
    except Stale:
        start_afresh()
        publication = load_publication(slug)
        return _page(publication, find_snippet(session(), publication, snippet_key), form, 409, stale=True)
    except DomainError as error:
        return _refused(slug, snippet_key, form, error)
    session().commit()
    count = len(saved.drafts)
    done = ngettext(
        "Saved. %(num)s draft has the new text.", "Saved. %(num)s drafts have the new text.", count
    )
    flash(done if count else _("Saved."), "success")
    return redirect(url_for(".edit_snippet", slug=slug, snippet_key=snippet_key), 303)


@blueprint.post("/p/<slug>/snippets/<snippet_key>/delete")
@allow(Permission.EDIT_ISSUES)
def remove_snippet(slug: str, snippet_key: str) -> AnyResponse:
    """Delete it, or say which drafts use it. A second press finds nothing, and that is what was wanted."""
    try:
        delete_snippet(session(), load_publication(slug), snippet_key, actor=current_actor())
    except Missing:
        session().rollback()
        return redirect(url_for(".snippets", slug=slug), 303)
    except Conflict as error:
        start_afresh()
        flash(error.message, "error")
        return redirect(url_for(".edit_snippet", slug=slug, snippet_key=snippet_key), 303)
    session().commit()
    flash(_("The snippet was deleted. Issues that were scheduled or sent keep its text."), "success")
    return redirect(url_for(".snippets", slug=slug), 303)


def _refused(slug: str, key: str | None, form: SnippetForm, error: DomainError) -> AnyResponse:
    start_afresh()
    if not error.fields:
        raise error
    form.show_problems({FIELDS.get(name, name): why for name, why in error.fields.items()})
    publication = load_publication(slug)
    snippet = find_snippet(session(), publication, key) if key else None
    return _page(publication, snippet, form, STATUS[error.decision])


def _page(
    publication: Publication,
    snippet: Snippet | None,
    form: SnippetForm,
    status: int,
    *,
    stale: bool = False,
) -> AnyResponse:
    differs = [
        (form[FIELDS[name]].label.text, getattr(snippet, name))
        for name in WORDS
        if stale and getattr(form.words(), name).strip().replace("\r\n", "\n") != getattr(snippet, name)
    ]
    page = render_template(
        "admin/publications/snippet.html",
        publication=publication,
        snippet=snippet,
        form=form,
        differs=differs,
        uses=find_uses(session(), publication, snippet.key) if snippet else None,
    )
    return make_response(page, status)
