"""The pages of the preview: the email itself, and what else an editor looks at before it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from newsletter.core.errors import Refused
from newsletter.issues.models import Issue
from newsletter.preflight.message_size import message_size
from newsletter.preflight.rule_versions import load_settings
from newsletter.preflight.rules.item_bytes import part_name
from newsletter.preflight.rules.size import BLOCK, WARN
from newsletter.rendering.compile_input import (
    CompileInput,
    compile_from,
    compile_with_links,
    compile_with_parts,
    urls_followed,
)
from newsletter.rendering.preview.inverted import inverted
from newsletter.rendering.preview.list_line import list_lines
from newsletter.rendering.preview.message_links import message_links
from newsletter.rendering.preview.reading_order import reading_order
from newsletter.rendering.slot_writers import Values
from newsletter.tracking.message_links import are_redirected
from newsletter.web.admin.email_preview import asked_scheme, in_scheme, without_images
from newsletter.web.admin.words import preview as words
from newsletter.web.database import session

INVERTED = "inverted"  # as a scheme: the colours of a program that turns them around by itself


@dataclass(frozen=True)
class Shown:
    """What is looked at: an issue, what its message is made of, and the values of the reader it is for."""

    issue: Issue
    given: CompileInput
    values: Values


Page = Callable[[Shown], str]


def page_of(variant: str) -> Page:
    """The page called `variant`; `Refused` where there is none."""
    if variant not in _PAGES:
        sentence = _("There is no preview called “%(name)s”.", name=variant[:40])
        raise Refused(
            "unknown_variant", f"{sentence} {_('Choose one of %(names)s.', names=', '.join(_PAGES))}"
        )
    return _PAGES[variant]


def shows_images() -> bool:
    """Whether the query asks for images, as it does unless it says `images=off`."""
    return request.args.get("images") != "off"


def _html(shown: Shown) -> str:
    html = compile_from(shown.given).fill_html(shown.values)
    html = html if shows_images() else without_images(html)
    return inverted(html) if request.args.get("scheme") == INVERTED else in_scheme(html, asked_scheme())


def _text(shown: Shown) -> str:
    return _page("text", shown, text=compile_from(shown.given).fill_text(shown.values))


def _list(shown: Shown) -> str:
    compiled, publication = compile_from(shown.given), shown.issue.publication
    preheader = compiled.fill_preheader(shown.values)
    return _page(
        "list",
        shown,
        lines=list_lines(
            publication.sender_name or publication.name,
            compiled.fill_subject(shown.values) or _("(no subject)"),
            # Without a preheader, programs go on with the first words of the email.
            preheader or compiled.fill_text(shown.values),
        ),
        missing=not preheader,
    )


def _links(shown: Shown) -> str:
    compiled, paths = compile_with_links(shown.given)
    redirects = are_redirected(shown.issue.publication)
    found = message_links(
        compiled, shown.values, paths, frozenset(urls_followed(shown.given) if redirects else ())
    )
    document = shown.given.render.document
    names = {path: part_name(document, path) for path in paths if path}
    return _page("links", shown, found=found, names=names, mark_words=words.mark_words)


def _reading(shown: Shown) -> str:
    html = compile_from(shown.given).fill_html(shown.values)
    return _page(
        "reading",
        shown,
        announcements=reading_order(html),
        role_words=words.role_words,
        part_words=words.part_words(),
        language_name=words.language_name,
    )


def _size(shown: Shown) -> str:
    compiled, parts = compile_with_parts(shown.given)
    octets = len(compiled.fill_html(shown.values).encode("utf-8", "replace"))
    settings = load_settings(session(), shown.issue.publication)
    warn, most = settings.value(WARN), settings.value(BLOCK)
    return _page(
        "size",
        shown,
        size=message_size(octets, parts, shown.given.render.document),
        warn=warn,
        most=most,
        level="most" if octets >= 1000 * most else "warn" if octets >= 1000 * warn else "fine",
        kilobytes=words.kilobytes,
        percent=words.percent,
    )


_PAGES: dict[str, Page] = {
    "html": _html,
    "text": _text,
    "list": _list,
    "links": _links,
    "reading": _reading,
    "size": _size,
}


def _page(name: str, shown: Shown, **facts: Any) -> str:
    template = f"admin/issues/preview_{name}.html"
    return render_template(template, issue=shown.issue, scheme=asked_scheme(), **facts)
