"""What the fields of a document are called, and the values that nobody typed, in words for editors.

The editor's script has its own: `assets/src/editor/model/layout.ts`.
"""

from flask_babel import lazy_gettext as _

from newsletter.document.blocks import BLOCKS
from newsletter.issues.diff import Change
from newsletter.web.admin.words.languages import language_words

LABELS: dict[str, object] = {
    "title": _("Title"),
    "subject": _("Subject"),
    "preheader": _("Preheader"),
    "slug": _("Web address"),
    "language": _("Language"),
    "summary": _("Summary"),
    "og_image": _("Image for shared links"),
    "id": _("Name in links"),
    "headline": _("Headline"),
    "blurb": _("Blurb"),
    "intro": _("Introduction"),
    "text": _("Text"),
    "url": _("Link"),
    "link_label": _("Link text"),
    "label": _("Button text"),
    "untracked": _("Don't count clicks on this link"),
    "key": _("Snippet"),
    "image": _("Image"),
    "src": _("URL"),
    "alt": _("Alt text"),
    "caption": _("Caption"),
    "credit": _("Credit"),
    "licence": _("Licence"),
    "width": _("Width"),
    "height": _("Height"),
    "outlet": _("Outlet"),
    "style": _("Attribution"),
    "byline": _("Byline"),
    "published": _("Published"),
    "topics": _("Topics"),
    "segments": _("Segments"),
    "languages": _("Languages"),
    "author": _("Author"),
    "handle": _("Handle"),
    "date": _("Date"),
    "permalink": _("Link to the post"),
    "network": _("Network"),
    "owner": _("Owner"),
    "review_by": _("Review by"),
    "video": _("Play button"),
    "duration": _("Video length"),
    "sponsor": _("Sponsor"),
    "items": _("Statement"),
    "editions": _("Editions"),
    "limit": _("Stories in the email"),
    "length": _("Characters per blurb"),
    "cut_at": _("Cut blurbs after"),
}
# Of these objects the field's own name says enough.
UNNAMED = {"provenance", "visibility"}

_VALUES: dict[str, dict[str, object]] = {
    "style": {
        "outlet": _("Name under the story"),
        "reported": _("“…, reported”"),
        "according_to": _("“According to …”"),
    },
    "cut_at": {"sentence": _("a sentence"), "word": _("a word")},
    "video": {"true": _("yes"), "false": _("no")},
    "untracked": {"true": _("yes"), "false": _("no")},
}

CHANGES: dict[Change, object] = {
    Change.ADDED: _("Added"),
    Change.REMOVED: _("Removed"),
    Change.MOVED: _("Moved"),
    Change.CHANGED: _("Changed"),
}


def field_label(name: str) -> str:
    """What the field `name`, such as `image.alt`, is called; that of an edition is such as `de: title`."""
    language, colon, at = name.partition(": ")
    if colon:
        section, dot, field = at.partition(".")
        if dot and section not in LABELS:
            return f"{language_words(language)}, {section}: {field_label(field.removeprefix('items.'))}"
        return f"{language_words(language)}: {field_label(at)}"
    parts = [part for part in name.split(".") if part not in UNNAMED]
    return ", ".join(str(LABELS.get(part, part.replace("_", " ").capitalize())) for part in parts)


def field_value(name: str, value: str) -> str:
    """`value` of the field `name` as people read it."""
    return str(_VALUES.get(name.rpartition(".")[2], {}).get(value, value))


def block_label(key: str) -> str:
    """What a kind of section is called."""
    return BLOCKS[key].label if key in BLOCKS else key
