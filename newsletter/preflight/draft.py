"""What the rules look at: a document, where it would be sent from, and the message it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from newsletter.curation.link_checks.find import CheckedLink
from newsletter.document import Document
from newsletter.document.translate import TextInEdition
from newsletter.preflight.settings import DEFAULTS, RuleSettings
from newsletter.preflight.spam_checks.spamd import SpamScore
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.parts import PartBytes


@dataclass(frozen=True)
class ImageWords:
    """What the media library says about an uploaded image."""

    alt: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Draft:
    """Everything a rule may read; made by `check`.

    compiled: the message; None when it cannot be rendered, then `render_error` says why, and `render_place`
              where in the document, if it is about a place there.
    parts:    how many octets of its HTML each section and item is.
    html:     the HTML of an example reader, as a mail program decodes it.
    media:    the uploaded images that the document names and the library has, by source (`media:…`).
    unknown_attributes: merge fields such as `attributes.city` that no subscriber has.
    today:    the day in the publication's zone.
    checked_links: what workers found at the document's links, by URL.
    tested:   whether somebody sent a test message since the last edit.
    has_readers: whether the publication has an active subscriber.
    approved: whether it has the approval by somebody else, or its publication demands none.
    sender_problems: what workers found wrong in the DNS about the sender's domain, in sentences.
    spam: what SpamAssassin says of the message; None while it is not known.
    missing_snippets, outdated_snippets: keys of snippets that a draft uses and that are gone, or have another
              text by now; none for what is scheduled or was sent, which keeps its words.
    topics, segments: those of the publication, by their keys.
    editions: the texts of each edition and their translations, by its language.
    settings: what the publication chose about the rules.
    """

    document: Document
    publication: Publication
    today: date
    compiled: CompiledMessage | None = None
    render_error: str = ""
    render_place: str = ""
    parts: tuple[PartBytes, ...] = ()
    html: str = ""
    media: Mapping[str, ImageWords] = field(default_factory=dict)
    unknown_attributes: frozenset[str] = frozenset()
    checked_links: Mapping[str, CheckedLink] = field(default_factory=dict)
    tested: bool = True
    has_readers: bool = True
    approved: bool = True
    sender_problems: tuple[str, ...] = ()
    spam: SpamScore | None = None
    missing_snippets: frozenset[str] = frozenset()
    outdated_snippets: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    editions: Mapping[str, Sequence[TextInEdition]] = field(default_factory=dict)
    settings: RuleSettings = DEFAULTS
