"""Check one link as the fields of a document are checked."""

from pydantic import TypeAdapter, ValidationError

from newsletter.core.errors import Refused
from newsletter.document.fields import WebUrl
from newsletter.document.url_key import normal_url

_ADAPTER = TypeAdapter(WebUrl)
_SENTENCES = {
    "string_too_long": "A link can have at most 2,000 characters.",
    "string_unicode": "This is not a valid link.",
}


def check_link(text: str, field: str) -> str:
    """The web address in `text`, percent-encoded. `Refused` names `field` and says what is wrong with it.

    It leads everybody to the same page: merge fields are refused, too.
    """
    url = text.strip()
    try:
        _ADAPTER.validate_python(url)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise _refused(field, _SENTENCES.get(first["type"], first["msg"])) from None
    if not url:
        raise _refused(field, "Enter where the link should lead.")
    if "{{" in url:
        raise _refused(field, "This link must be the same for everyone, so it cannot have merge fields.")
    return normal_url(url)


def _refused(field: str, sentence: str) -> Refused:
    return Refused("bad_link", sentence, {field: sentence})
