"""What rules of segments are about and how they compare, in words for editors."""

from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.segments.find import list_segments
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic
from newsletter.web.admin.words.subscribers import source_word

Options = list[tuple[str, object]]
JOINS: Options = [
    ("all", lazy_gettext("all of these rules")),
    ("any", lazy_gettext("at least one of these rules")),
    ("none", lazy_gettext("none of these rules")),
]
_DAYS: Options = [
    ("before", lazy_gettext("before the date")),
    ("after", lazy_gettext("after the date")),
    ("after_ago", lazy_gettext("later than this many days ago")),
    ("before_ago", lazy_gettext("earlier than this many days ago")),
]
_COMING: Options = [
    ("before_in", lazy_gettext("earlier than this many days from now")),
    ("after_in", lazy_gettext("later than this many days from now")),
]
_IS: Options = [("is", lazy_gettext("is")), ("is_not", lazy_gettext("is not"))]
_KNOWN: Options = [("known", lazy_gettext("is known")), ("unknown", lazy_gettext("is not known"))]
_HOW: dict[AttributeType, Options] = {
    AttributeType.TEXT: [
        *_IS,
        ("contains", lazy_gettext("contains")),
        ("starts_with", lazy_gettext("begins with")),
        *_KNOWN,
    ],
    AttributeType.NUMBER: [
        *_IS,
        ("greater", lazy_gettext("is more than")),
        ("less", lazy_gettext("is less than")),
        *_KNOWN,
    ],
    AttributeType.DATE: [*_IS, *_DAYS, *_COMING, *_KNOWN],
    AttributeType.BOOLEAN: [*_IS, *_KNOWN],
    AttributeType.CHOICE: [*_IS, *_KNOWN],
}
_LATEST: Options = [
    ("latest", lazy_gettext("of this many latest mailings")),
    ("mailing", lazy_gettext("the mailing with number")),
]
_PAST: Options = [*_LATEST, ("ever", lazy_gettext("ever")), ("never", lazy_gettext("never"))]


@dataclass(frozen=True)
class Subject:
    """What a row can be about: its words, how it compares, what can be chosen (none: something is typed)."""

    words: object
    how: Options
    options: Options = field(default_factory=list)
    asks_least: bool = False  # also in how many of the mailings


def subjects(session: Session, publication: Publication) -> dict[str, Subject]:
    """All that rules of a publication can be about, by the word of the row."""
    tags: Options = [(tag.key, tag.name) for tag in list_labels(session, Tag, publication)]
    topics: Options = [(topic.key, topic.name) for topic in list_labels(session, Topic, publication)]
    segments: Options = [(each.slug, each.name) for each in list_segments(session, publication)]
    sources: Options = [(source.value, source_word(source)) for source in _SIGN_UP_SOURCES]
    has: Options = [("is", _("has")), ("is_not", _("does not have"))]
    named = {
        "tag": Subject(_("Tag"), has, tags),
        "topic": Subject(_("Topic"), [("is", _("gets")), ("is_not", _("does not get"))], topics),
        "segment": Subject(_("Segment"), [("is", _("is in")), ("is_not", _("is not in"))], segments),
    }
    states: Options = [("active", _("active")), ("paused", _("paused"))]
    return {
        **{
            f"attribute:{attribute.key}": _of_attribute(attribute)
            for attribute in list_labels(session, Attribute, publication)
        },
        **{about: subject for about, subject in named.items() if subject.options},
        "language": Subject(_("Language"), _IS),
        "signed_up": Subject(_("Signed up"), _DAYS),
        "confirmed": Subject(_("Confirmed"), _DAYS),
        "source": Subject(_("Signed up through"), _IS, sources),
        "state": Subject(_("State"), _IS, states),
        "got": Subject(_("Got"), _PAST, asks_least=True),
        "did_not_get": Subject(_("Did not get"), _LATEST),
        "rejected": Subject(_("Rejected"), _PAST, asks_least=True),
        "clicked": Subject(_("Clicked in"), _PAST, asks_least=True),
    }


_SIGN_UP_SOURCES = (ConsentSource.FORM, ConsentSource.EMBED, ConsentSource.IMPORT, ConsentSource.EDITOR)


def _of_attribute(attribute: Attribute) -> Subject:
    options: Options = [(choice, choice) for choice in attribute.choices]
    if attribute.type is AttributeType.BOOLEAN:
        options = [("yes", _("yes")), ("no", _("no"))]
    return Subject(attribute.label, _HOW[attribute.type], options)
