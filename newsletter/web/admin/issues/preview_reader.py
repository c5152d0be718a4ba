"""The reader that a preview is for: nobody in particular, a subscriber, or one whom an editor invents."""

from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext as _

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.document import Document
from newsletter.issues.editions.change import require_edition
from newsletter.issues.example import example_values, subscriber_values
from newsletter.issues.invented_reader import invented_reader
from newsletter.publications.models import Publication
from newsletter.rendering.slot_writers import Values
from newsletter.rendering.variant import Variant, numbered_variant
from newsletter.sending.variants import number_of
from newsletter.subscribers.find import find_by_address
from newsletter.web.admin.paging import asked_id
from newsletter.web.current import links
from newsletter.web.database import session

NOBODY = 0  # whose links do nothing but say that they come from a test
_ATTRIBUTES = "attributes."


@dataclass(frozen=True)
class AskedReader:
    """Whom the preview is for: the values of merge fields, and the sections that are seen."""

    values: Values
    variant: Variant


def asked_reader(publication: Publication, document: Document) -> AskedReader:
    """The reader in the query: `as` a subscriber's address; or `name`, `language` and `attributes.KEY`.

    `sees` is the number of a variant, `edition` the language of an edition, which anybody may be shown.

    The links in the foot act for nobody, whoever it is. Raises `Refused` for what no reader can have, and
    `Missing` for an address that does not subscribe.
    """
    email = request.args.get("as", "").strip()
    attributes = {
        name.removeprefix(_ATTRIBUTES): value
        for name, value in request.args.items()
        if name.startswith(_ATTRIBUTES)
    }
    invented = invented_reader(request.args.get("name", ""), request.args.get("language", ""), attributes)
    if email and not invented.is_nobody:
        sentence = _("Choose a subscriber or invent a reader, not both.")
        raise Refused("two_readers", sentence, {"as": sentence})
    if email:
        subscriber = find_by_address(session(), parse_address(email))
        values = subscriber_values(session(), publication, subscriber, links())
        number = number_of(session(), document, publication, subscriber.id)
        variant = numbered_variant(document, number)
    else:
        variant = invented.variant_of(document, publication.language)
        values = example_values(publication, links(), name=invented.name, attributes=invented.attributes)
    acts_for_nobody = {
        "unsubscribe_url": links().unsubscribe(NOBODY),
        "preferences_url": links().preferences(NOBODY),
    }
    if request.args.get("sees", ""):
        variant = numbered_variant(document, asked_id("sees"))
    if edition := request.args.get("edition", ""):
        variant = replace(variant, edition=require_edition(document, edition).language)
    return AskedReader(values | acts_for_nobody, variant)
