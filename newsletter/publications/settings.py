"""What a publication says about itself: one set of rules for everybody who makes or edits one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from babel import Locale, UnknownLocaleError

from newsletter.core.addresses import Address, parse_sender_address
from newsletter.core.bidi import find_misleading, find_override
from newsletter.core.errors import Refused
from newsletter.core.text import is_line, is_lines, several_lines
from newsletter.core.zones import zone_called, zone_names
from newsletter.publications.models import EXPIRED_KEPT_FOR, TrackingMode
from newsletter.publications.untracked_links import check_untracked_links

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 1_000
POSTAL_LENGTH = 500
LANGUAGE_LENGTH = 16
MOST = {"erase_after_months": 120, "cut_ip_after_days": 3_650, "erase_expired_after_days": 365}
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>\s*")

TITLES = {
    "sender_name": "sender's name",
    "sender_email": "sender's address",
    "reply_to": "reply-to address",
    "postal_address": "postal address",
    "timezone": "time zone",
    "from": "sender",
    "erase_after_months": "number of months after which people who left are erased",
    "cut_ip_after_days": "number of days after which IP addresses are shortened",
    "erase_expired_after_days": "number of days after which sign-ups that expired are erased",
    "untracked_links": "list of links that are never tracked",
}


@dataclass(frozen=True)
class PublicationSettings:
    """What was checked and may be stored as it stands."""

    slug: str
    name: str
    description: str
    sender_name: str
    sender_email: str
    reply_to: str
    postal_address: str
    language: str
    timezone: str
    approval_required: bool
    redirect_links: bool
    tracking: TrackingMode
    utm_parameters: bool
    untracked_links: str
    suggestions: bool
    monthly_summary: bool
    erase_after_months: int | None
    cut_ip_after_days: int | None
    erase_expired_after_days: int


def check_settings(
    *,
    slug: str,
    name: str,
    sender_name: str,
    sender_email: str,
    reply_to: str = "",
    postal_address: str = "",
    language: str = "en",
    timezone: str = "UTC",
    description: str = "",
    approval_required: bool = False,
    redirect_links: bool = False,
    tracking: str = TrackingMode.OFF,
    utm_parameters: bool = False,
    untracked_links: str = "",
    suggestions: bool = False,
    monthly_summary: bool = False,
    erase_after_months: str | int | None = None,
    cut_ip_after_days: str | int | None = None,
    erase_expired_after_days: str | int | None = None,
) -> PublicationSettings:
    """The facts in what was typed. `Refused` names all fields that cannot be used, not only the first."""
    problems: dict[str, str] = {}
    checked, number = partial(_checked, problems), partial(_number, problems)
    shown = checked("name", _line, name)
    facts = PublicationSettings(
        slug=checked("slug", _slug, slug.strip()),
        name=shown,
        description=checked("description", _description, description),
        sender_name=checked("sender_name", _line, sender_name) if sender_name.strip() else shown,
        sender_email=checked("sender_email", _email, sender_email),
        reply_to=checked("reply_to", _email, reply_to) if reply_to.strip() else "",
        postal_address=checked("postal_address", _postal, postal_address),  # may be missing for now
        language=checked("language", _language, language.strip()),
        timezone=checked("timezone", _timezone, timezone.strip()),
        approval_required=approval_required,
        redirect_links=redirect_links,
        tracking=TrackingMode(checked("tracking", _tracking, tracking) or TrackingMode.OFF),
        utm_parameters=utm_parameters,
        untracked_links=checked("untracked_links", check_untracked_links, untracked_links),
        suggestions=suggestions,
        monthly_summary=monthly_summary,
        erase_after_months=number("erase_after_months", erase_after_months),
        cut_ip_after_days=number("cut_ip_after_days", cut_ip_after_days),
        erase_expired_after_days=number("erase_expired_after_days", erase_expired_after_days)
        or EXPIRED_KEPT_FOR,
    )
    return _without(problems, facts)


def _without(problems: dict[str, str], facts: PublicationSettings) -> PublicationSettings:
    if problems:
        raise refused(problems)
    return facts


def _checked(problems: dict[str, str], field: str, check: Callable[[str], str], text: str) -> str:
    """What `check` makes of `text`; empty where it objects, which `problems` are told."""
    try:
        return check(text)
    except ValueError as problem:
        problems[field] = str(problem)
        return ""


def _number(problems: dict[str, str], field: str, given: str | int | None) -> int | None:
    """A whole number from 1 to what `MOST` says of the field; None for nothing."""
    most = MOST[field]
    text = str("" if given is None else given).strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    problems[field] = f"Enter a whole number from 1 to {most:,}, or leave it empty."
    return None


def parse_sender(text: str) -> tuple[str, Address]:
    """The display name (perhaps empty) and address in `Name <address>` (RFC 5322 §3.4) or a bare address."""
    match = SENDER.fullmatch(text.strip())
    if match is None:
        return "", _from(text)
    shown = match["name"].strip().strip('"').strip()
    try:
        return (_line(shown) if shown else ""), _from(match["email"])
    except ValueError as problem:
        raise refused({"from": str(problem)}) from None


def refused(problems: dict[str, str]) -> Refused:
    """The refusal of these fields, as one sentence after the other and field by field."""
    sentences = [
        f"The {TITLES.get(field, field)} cannot be used: {problem}" for field, problem in problems.items()
    ]
    return Refused("bad_publication", " ".join(sentences), problems)


def _from(text: str) -> Address:
    try:
        return parse_sender_address(text)
    except Refused as error:
        raise refused({"from": error.message}) from error


def _line(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("This must not be empty.")
    if len(text) > NAME_LENGTH:
        raise ValueError(f"Use at most {NAME_LENGTH} characters; this has {len(text):,}.")
    if not is_line(text):
        raise ValueError("Use a single line without control characters.")
    problem = find_misleading(text)
    if problem:
        raise ValueError(problem)
    return text


def _lines(text: str, longest: int) -> str:
    text = several_lines(text).strip()
    if len(text) > longest:
        raise ValueError(f"Use at most {longest:,} characters; this has {len(text):,}.")
    if not is_lines(text):
        raise ValueError("Remove the control characters.")
    problem = find_override(text)
    if problem:
        raise ValueError(problem)
    return text


def _description(text: str) -> str:
    return _lines(text, DESCRIPTION_LENGTH)


def _postal(text: str) -> str:
    return _lines(text, POSTAL_LENGTH)


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise ValueError("Use 1 to 63 lower-case letters (a–z), digits and hyphens, like morning-digest.")
    return text


def _email(text: str) -> str:
    try:
        return parse_sender_address(text).email
    except Refused as error:
        raise ValueError(error.message) from error


def _language(text: str) -> str:
    try:
        if len(text) <= LANGUAGE_LENGTH:
            Locale.parse(text, sep="-")
            return text
    except (UnknownLocaleError, ValueError, TypeError):
        pass
    raise ValueError(f"“{text[:40]}” is not a language code such as en, de or pt-BR.")


def _timezone(text: str) -> str:
    zone = zone_called(text)
    if zone not in zone_names():
        raise ValueError(f"“{text[:60]}” is not a time zone such as Europe/Rome.")
    return zone


def _tracking(text: str) -> str:
    if text not in set(TrackingMode):
        raise ValueError(f"“{text[:40]}” is not one of {', '.join(TrackingMode)}.")
    return text
