"""The kinds of value a document is made of, each with its limits.

What an editor has not typed yet is an empty string: a draft is a valid document. That nothing is missing when
it is sent is for the preflight rules to say.
"""

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from newsletter.core.bidi import find_misleading, find_override
from newsletter.core.text import CONTROL_IN_LINES
from newsletter.document import merge
from newsletter.document.errors import DocumentInvalid
from newsletter.document.richtext import DEEPEST_LIST, DEEPEST_MARKS, shape

MOST_MARKUP = 4_000  # a text has 20,000 characters at most, and a line in an email some sixty
STORED = {"stored": True}  # the validation context of what a database holds

_MARKUP = re.compile(r"[*_\[\]\n]|(?<=[-+*]) ")
_URL_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f\\<>\"`{}|^]")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]")
_MEDIA = re.compile(r"media:[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)*")
_MAILBOX = re.compile(r"[^\s@,;:<>()\[\]]+@[^\s@,;:<>()\[\]]+")


class Model(BaseModel):
    """Everything in a document: unknown fields refused, no guessing of types, never changed in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def refused(sentence: str) -> PydanticCustomError:
    """The error a validator raises so that `sentence` reaches people as it stands."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": sentence})


def _check_merge(value: str) -> str:
    try:
        merge.parse(value)
    except DocumentInvalid as error:
        raise refused(error.message) from None
    return value


def _check_text(value: str, info: ValidationInfo) -> str:
    if CONTROL_IN_LINES.search(value):
        raise refused("Remove the control characters from this text.")
    if not _is_stored(info) and (problem := find_override(value)):
        raise refused(problem)
    return _check_merge(value)


def _check_rich(value: str, info: ValidationInfo) -> str:
    _check_text(value, info)
    if _is_stored(info):
        return value
    if len(_MARKUP.findall(value)) > MOST_MARKUP:
        raise refused(f"This text has too many lines, list entries and marks: at most {MOST_MARKUP:,}.")
    found = shape(value)
    if found.lists > DEEPEST_LIST:
        raise refused(f"Lists can be at most {DEEPEST_LIST} levels deep.")
    if found.marks > DEEPEST_MARKS:
        raise refused(f"Bold and italic can be at most {DEEPEST_MARKS} levels deep.")
    for url in found.urls:
        try:
            _check_button_url(url)
        except PydanticCustomError as error:
            raise refused(f"In the link to “{url[:60]}”: {error.message()}") from None
    return value


def _check_line(value: str, info: ValidationInfo) -> str:
    if "\n" in value or "\t" in value:
        raise refused("Keep this on one line.")
    if not _is_stored(info) and (problem := find_misleading(value)):
        raise refused(problem)
    return _check_text(value, info)


def _is_stored(info: ValidationInfo) -> bool:
    """Whether the document was accepted long ago: what was allowed then can still be read."""
    return info.context is STORED


def _check_filled(value: str) -> str:
    if not value.strip():
        raise refused("This must not be empty.")
    return value


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise refused("This is not a valid link.") from None
    return parts


def _check_http(value: str, schemes: tuple[str, ...]) -> None:
    """Refuse what is not an absolute http(s) URL (RFC 3986) whose scheme and host are fixed for everybody."""
    masked = merge.mask(_check_merge(value))
    spoken = " or ".join(f"{scheme}://" for scheme in schemes)
    parts = _split(masked.text)
    if parts.scheme.lower() not in schemes or "://" not in masked.text:
        raise refused(f"A link must begin with {spoken}.")
    if masked.fields and masked.stem in parts.netloc:
        raise refused("A link's host name cannot contain merge fields.")
    if _URL_FORBIDDEN.search(masked.text):
        raise refused('A link cannot contain spaces or any of \\ < > " ` { } | ^.')
    if "@" in parts.netloc:
        raise refused("A link cannot contain a user name or password.")
    if not parts.hostname or not _HOST.fullmatch(parts.netloc.removesuffix(f":{parts.port}").rstrip(":")):
        raise refused("This link has no valid host name.")


def _check_url(value: str) -> str:
    if value:
        _check_http(value, ("https", "http"))
    return value


def _check_button_url(value: str) -> str:
    if value[:7].lower() != "mailto:":
        return _check_url(value)
    masked = merge.mask(_check_merge(value))
    address = masked.text[7:].partition("?")[0]
    if _URL_FORBIDDEN.search(masked.text) or not _MAILBOX.fullmatch(address):
        raise refused("Enter an email link like mailto:name@example.org.")
    if masked.fields and masked.stem in address:
        raise refused("An email link's address cannot contain merge fields.")
    return value


def _check_image_source(value: str) -> str:
    if not value or _MEDIA.fullmatch(value):
        return value
    if value.startswith("media:"):
        raise refused("After “media:” comes the key of an uploaded image: letters, digits and . _ - /.")
    if "{{" in value:
        raise refused("An image's address cannot contain merge fields.")
    _check_http(value, ("https",))
    return value


def _format(name: str) -> Any:
    """Name the kind of text in the JSON Schema (`format`), by which the issue editor chooses its control."""
    return Field(json_schema_extra={"format": name})


Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_check_line), _format("line")]
ShortLine = Annotated[str, StringConstraints(max_length=120), AfterValidator(_check_line), _format("line")]
Title = Annotated[Line, AfterValidator(_check_filled)]
PlainText = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_check_text), _format("text")]
AnyText = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_check_text), _format("text")]
Statement = Annotated[
    str, StringConstraints(max_length=1_000), AfterValidator(_check_rich), _format("markdown-line")
]
Blurb = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_check_rich), _format("markdown")]
RichText = Annotated[
    str, StringConstraints(max_length=20_000), AfterValidator(_check_rich), _format("markdown")
]
WebUrl = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_check_url), _format("web-url")]
ButtonUrl = Annotated[
    str, StringConstraints(max_length=2_000), AfterValidator(_check_button_url), _format("link-url")
]
ImageSource = Annotated[
    str, StringConstraints(max_length=2_000), AfterValidator(_check_image_source), _format("image-source")
]
Day = Annotated[date, Field(ge=date(1000, 1, 1))]
Pixels = Annotated[int, Field(ge=1, le=10_000)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"), _format("language-tag")
]
Slug = Annotated[str, StringConstraints(max_length=80), _format("slug")]
