"""Make a publication, with everything the law and the mail servers want to know about its sender."""

import re
import unicodedata
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Conflict, Refused
from newsletter.publications.models import Publication

NAME_LENGTH = 120
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>\s*")


def create_publication(
    session: Session,
    *,
    slug: str,
    name: str,
    sender: str,
    postal_address: str,
    reply_to: str = "",
    language: str = "en",
    timezone: str = "UTC",
    description: str = "",
    actor: str,
) -> Publication:
    """Add a publication, flushed. `sender` is `Name <address>`; without a name the publication's is used.

    Raises `Refused` naming the field that cannot be used, `Conflict` when the slug is taken.
    """
    name = one_line("name", name)
    sender_name, sender_address = parse_sender(sender)
    publication = Publication(
        slug=_slug(slug),
        name=name,
        description=description.strip(),
        sender_name=sender_name or name,
        sender_email=sender_address.email,
        reply_to=_address("reply_to", reply_to).email if reply_to.strip() else "",
        postal_address=_postal(postal_address),
        language=_language(language),
        timezone=_timezone(timezone),
    )
    try:
        with session.begin_nested():
            session.add(publication)
    except IntegrityError:
        raise _taken(slug) from None
    audit.record(session, "publication.created", "publication", publication.id, actor=actor, slug=slug)
    return publication


def parse_sender(text: str) -> tuple[str, Address]:
    """The display name (perhaps empty) and address in `Name <address>` (RFC 5322 §3.4) or a bare address."""
    match = SENDER.fullmatch(text.strip())
    if match is None:
        return "", _address("from", text)
    shown = match["name"].strip().strip('"').strip()
    return (one_line("from", shown) if shown else ""), _address("from", match["email"])


def one_line(field: str, text: str) -> str:
    """`text` without surrounding space; `Refused` when empty, too long or more than one line of text."""
    text = text.strip()
    if not text:
        raise _refused(field, "it must not be empty")
    if len(text) > NAME_LENGTH:
        raise _refused(field, f"it must not be longer than {NAME_LENGTH} characters")
    # A line break in a header is a second header (RFC 5322 §2.2); no control character has business here.
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text):
        raise _refused(field, "it must be one line without control characters")
    return text


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise _refused("slug", "use 1 to 63 small letters (a–z), digits and hyphens, like morning-digest")
    return text


def _postal(text: str) -> str:
    if not text.strip():
        raise _refused("postal_address", "every issue must show where its sender can be reached by post")
    return text.strip()


def _address(field: str, text: str) -> Address:
    try:
        return parse_address(text)
    except Refused as error:
        raise Refused(error.code, error.message, {field: error.fields["email"]}) from error


def _language(text: str) -> str:
    try:
        Locale.parse(text, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        raise _refused("language", f"“{text}” is not a language code such as en, de or pt-BR") from None
    return text


def _timezone(text: str) -> str:
    if text not in available_timezones():
        raise _refused("timezone", f"“{text}” is not a time zone such as Europe/Rome")
    return text


def _refused(field: str, problem: str) -> Refused:
    shown = {"slug": "slug", "postal_address": "postal address", "from": "sender"}.get(field, field)
    return Refused("bad_publication", f"The {shown} cannot be used: {problem}.", {field: problem})


def _taken(slug: str) -> Conflict:
    return Conflict("slug_taken", f"There is already a publication called “{slug}”.", {"slug": "taken"})
