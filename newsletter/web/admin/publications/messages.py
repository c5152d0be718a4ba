"""`/admin/p/<publication>/messages`: confirmation, notice and welcome in the publication's own words."""

from typing import NamedTuple

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from newsletter.accounts.permissions import Permission
from newsletter.core import clock, i18n
from newsletter.core.errors import DomainError, Missing
from newsletter.core.language_tag import language_tag
from newsletter.outbox.system_email import OwnWords, SystemEmail, preview
from newsletter.publications.messages.find import find_message, list_messages
from newsletter.publications.messages.models import MessageKind, MessageText
from newsletter.publications.messages.save import MessageWords, Stale, remove_message, save_message
from newsletter.publications.models import Publication
from newsletter.sending.transactional import accent_of
from newsletter.web.admin.email_preview import asked_scheme, in_scheme
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.words.languages import language_words
from newsletter.web.admin.words.messages import KINDS
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.forms import Form
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY

READER = "ana@example.org"
# The field for each column: `text` is a method of forms.
FIELDS = {"text": "markdown"}


class MessageForm(Form):
    """Its words; `edits` says which state of the message the form was filled from."""

    subject = StringField(
        lazy_gettext("Subject"),
        [InputRequired(lazy_gettext("Enter the subject."))],
        description=lazy_gettext("Also the heading of the message."),
    )
    markdown = TextAreaField(
        lazy_gettext("Text"),
        [InputRequired(lazy_gettext("Enter the text."))],
        description=lazy_gettext("**bold**, *italic*, [text](https://…) for a link, - for a list."),
    )
    edits = HiddenField()

    def words(self) -> MessageWords:
        """What was typed."""
        return MessageWords(self.text("subject"), self.text("markdown"))


@blueprint.get("/p/<slug>/messages")
@allow(Permission.MANAGE_PUBLICATIONS)
def messages(slug: str) -> str:
    """Each kind of message, and the languages that it was written in."""
    publication = load_publication(slug)
    written = list_messages(session(), publication)
    return render_template(
        "admin/publications/messages.html",
        publication=publication,
        kinds=[(kind, KINDS[kind], [each for each in written if each.kind is kind]) for kind in MessageKind],
        languages=_languages(publication),
        language_words=language_words,
    )


class Asked(NamedTuple):
    """Which message a page is about, and the publication's own words for it, if it has some."""

    publication: Publication
    kind: MessageKind
    language: str
    message: MessageText | None


@blueprint.get("/p/<slug>/messages/<message_kind>/<message_language>")
@allow(Permission.MANAGE_PUBLICATIONS)
def edit_message(slug: str, message_kind: str, message_language: str) -> AnyResponse:
    """The form, with the publication's own words if there are any."""
    asked = _load(slug, message_kind, message_language)
    message = asked.message
    form = MessageForm(
        subject=message.subject if message else "",
        markdown=message.text if message else "",
        edits=str(message.edits if message else 0),
    )
    return _page(asked, form)


@blueprint.post("/p/<slug>/messages/<message_kind>/<message_language>")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_message(slug: str, message_kind: str, message_language: str) -> AnyResponse:
    """Save, or say why not; what was typed stays in the form."""
    asked, form = _load(slug, message_kind, message_language), MessageForm()
    publication, kind, language, _message = asked
    if not form.validate():
        return _page(asked, form, 400)
    typed = form.text("edits")
    edits = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        save_message(session(), publication, kind, language, form.words(), actor=current_actor(), edits=edits)
    except DomainError as error:
        start_afresh()
        if not error.fields and not isinstance(error, Stale):
            raise
        form.show_problems({FIELDS.get(name, name): why for name, why in error.fields.items()})
        asked = _load(slug, message_kind, message_language)
        return _page(asked, form, STATUS[error.decision], stale=isinstance(error, Stale))
    session().commit()
    flash(_("The message was saved. Readers get it from now on."), "success")
    return redirect(url_for(".edit_message", slug=slug, message_kind=kind, message_language=language), 303)


@blueprint.post("/p/<slug>/messages/<message_kind>/<message_language>/remove")
@allow(Permission.MANAGE_PUBLICATIONS)
def remove_own_message(slug: str, message_kind: str, message_language: str) -> AnyResponse:
    """Go back to the built-in text. A second press finds nothing, and that is what was wanted."""
    publication, kind, language, message = _load(slug, message_kind, message_language)
    if message is not None:
        remove_message(session(), publication, kind, language, actor=current_actor())
        session().commit()
        gone = _("The welcome message was removed. It is no longer sent in this language.")
        flash(
            gone if kind is MessageKind.WELCOME else _("Readers get the built-in message again."), "success"
        )
    return redirect(url_for(".messages", slug=slug), 303)


@blueprint.get("/p/<slug>/messages/<message_kind>/<message_language>/preview")
@allow(Permission.MANAGE_PUBLICATIONS)
def message_preview(slug: str, message_kind: str, message_language: str) -> Response:
    """The message as it is saved, as its own document; nothing in it can run."""
    asked = _load(slug, message_kind, message_language)
    if not _is_sent(asked):
        raise Missing("no_message", _("This welcome message has not been written yet."))
    html, _text, _subject = preview(_example(asked))
    response = make_response(in_scheme(html, asked_scheme()))
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


def _load(slug: str, kind: str, language: str) -> Asked:
    """What this page is about; `Missing` when there is no such page."""
    publication, tag = load_publication(slug), language_tag(language)
    if kind not in set(MessageKind) or not tag or tag != language:
        raise Missing("no_message", _("There is no such message."))
    try:
        message = find_message(session(), publication, MessageKind(kind), tag)
    except Missing:
        message = None
    return Asked(publication, MessageKind(kind), tag, message)


def _is_sent(asked: Asked) -> bool:
    return asked.message is not None or asked.kind is not MessageKind.WELCOME


def _languages(publication: Publication) -> list[str]:
    """Those that a message can be begun in: the publication's and each that built-in texts are in."""
    return list(dict.fromkeys([language_tag(publication.language), *sorted(i18n.available())]))


def _example(asked: Asked) -> SystemEmail:
    """The message to an invented reader; its links lead to the archive."""
    publication, kind, language, message = asked
    link = links().archive(publication.slug)
    return SystemEmail(
        message_id=0,
        kind=kind.value,
        locale=language,
        recipient=READER,
        asked_at=clock.now(),
        link=link,
        name=publication.name,
        sender_name=publication.sender_name or publication.name,
        sender_email=publication.sender_email or READER,
        postal_address=publication.postal_address,
        timezone=publication.timezone,
        accent=accent_of(publication),
        own=OwnWords(message.subject, message.text) if message else None,
        unsubscribe_link=link,
    )


def _page(asked: Asked, form: MessageForm, status: int = 200, *, stale: bool = False) -> AnyResponse:
    page = render_template(
        "admin/publications/message.html",
        **asked._asdict(),
        words=KINDS[asked.kind],
        language_name=language_words(asked.language),
        form=form,
        shown=preview(_example(asked)) if _is_sent(asked) else None,
        stale=stale,
    )
    return make_response(page, status)
