"""The reader that a preview is for: nobody in particular, a subscriber, or one whom an editor invents."""

import re
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.document.fields import Language
from newsletter.issues.example import example_values, subscriber_values
from newsletter.publications.models import Publication
from newsletter.rendering.slot_writers import Values
from newsletter.rendering.variant import Reader
from newsletter.subscribers.find import find_by_address
from newsletter.subscribers.names import checked_name
from newsletter.web.current import links
from newsletter.web.database import session

NOBODY = 0  # whose links do nothing but say that they come from a test
LONGEST_VALUE = 500  # characters of an attribute
MOST_ATTRIBUTES = 50
_ATTRIBUTES = "attributes."
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = TypeAdapter(Language)


@dataclass(frozen=True)
class AskedReader:
    """Whom the preview is for: the values of merge fields, and what visibility asks.

    `speaks` is None where no language was given: then every section is shown, as when it is sent.
    """

    values: Values
    speaks: Reader | None = None


def asked_reader(publication: Publication) -> AskedReader:
    """The reader in the query: `as` a subscriber's address; or `name`, `language` and `attributes.KEY`.

    The links in the foot act for nobody, whoever it is. Raises `Refused` for what no reader can have, and
    `Missing` for an address that does not subscribe.
    """
    email, name = _asked("as"), _asked("name")
    attributes, language = _attributes(), _language()
    if email:
        if name or attributes or language:
            sentence = _("Choose a subscriber or invent a reader, not both.")
            raise Refused("two_readers", sentence, {"as": sentence})
        subscriber = find_by_address(session(), parse_address(email))
        values = subscriber_values(session(), publication, subscriber, links())
    else:
        values = example_values(publication, links(), name=checked_name(name), attributes=attributes)
    acts_for_nobody = {
        "unsubscribe_url": links().unsubscribe(NOBODY),
        "preferences_url": links().preferences(NOBODY),
    }
    return AskedReader(values | acts_for_nobody, Reader(language=language) if language else None)


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()


def _attributes() -> dict[str, str]:
    attributes = {
        name.removeprefix(_ATTRIBUTES): one_line(value)
        for name, value in request.args.items()
        if name.startswith(_ATTRIBUTES) and value.strip()
    }
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refused("many_attributes", _("Use at most %(most)s attributes.", most=MOST_ATTRIBUTES))
    for key, value in attributes.items():
        if not _KEY.fullmatch(key):
            raise Refused("no_attribute", _("There can be no attribute called “%(key)s”.", key=key[:40]))
        if len(value) > LONGEST_VALUE:
            sentence = _("An attribute has at most %(most)s characters here.", most=LONGEST_VALUE)
            raise Refused("long_attribute", sentence, {f"{_ATTRIBUTES}{key}": sentence})
    return attributes


def _language() -> str:
    language = _asked("language")
    if not language:
        return ""
    try:
        return _LANGUAGE.validate_python(language)
    except ValidationError as error:
        sentence = _(
            "“%(tag)s” is no language. Enter a tag such as de or pt-BR.", tag=one_line(language)[:40]
        )
        raise Refused("no_language", sentence, {"language": sentence}) from error
