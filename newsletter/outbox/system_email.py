"""Write a system message: facts and templates become the octets that are sent.

Each kind has `templates/email/system/<kind>.html`, and `<kind>.txt` whose block `subject` is the subject.
Their words are English and translated by gettext. No word that a stranger typed (a name, a comment) is in
any of them: the form that asks for a confirmation would otherwise send anybody's text to anybody's
address. Only what readers answer is forwarded as it is, to nobody but the team.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from gettext import NullTranslations

from babel import dates, numbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from newsletter.core import i18n
from newsletter.core.dates import babel_locale, write_day
from newsletter.core.idn import to_ascii_domain
from newsletter.core.paths import templates_dir
from newsletter.core.zones import zone_or_utc
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.rendering.colour import ink_on, readable_on
from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.plain_text import WIDTH, wrapped
from newsletter.rendering.slots import SlotTable
from newsletter.smtp.dialogue import Envelope

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


ACCENT = "#c2371d"  # of the button, where no publication has a colour of its own
DARK_PAPER = "#171613"
FEWEST = 100  # of which a percentage is given, as in reports


@dataclass(frozen=True)
class SystemFigure:
    """A number of the report of a mailing: `count` of `of`; `name` is the word for it in the templates."""

    name: str
    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share, 1 for all; None of few, where it would say too much."""
        return self.count / self.of if self.of >= FEWEST else None


@dataclass(frozen=True)
class SystemEmail:
    """All that one system message says, free of the database.

    asked_at: when the person did what this message answers; the message's Date, the same at each attempt.
    link:     where its one button leads.
    name:     who it comes from: the publication, or whoever runs the installation.
    accent:   the colour of the button, as `#rrggbb`.
    quoted_…: what a reader wrote, in the kind that forwards it.
    new_address: where a reader's mail goes from now on, as far as the old address is to know.
    records:  DNS records that the message is about, one a line.
    due_at:   the time that the message is about, where it is about one; `timezone` is its zone.
    figures:  the numbers of the report of a mailing.
    account_link: where whoever gets it says what they are sent, if they are on the team.
    """

    message_id: int
    kind: str
    locale: str
    recipient: str
    asked_at: datetime
    link: str
    name: str
    sender_name: str
    sender_email: str
    reply_to: str = ""
    postal_address: str = ""
    timezone: str = "UTC"
    accent: str = ACCENT
    due_at: datetime | None = None
    quoted_subject: str = ""
    quoted_text: str = ""
    new_address: str = ""
    records: str = ""
    figures: tuple[SystemFigure, ...] = ()
    account_link: str = ""


def write(email: SystemEmail) -> Envelope:
    """The message, ready for a relay. Raises `Refused` when the sender's address cannot stand in a header."""
    email = _clean(email)
    language = _language(email.locale)
    html, text, subject = _render(email, language)
    headers = MessageHeaders(
        from_email=email.sender_email,
        from_name=email.sender_name,
        reply_to=email.reply_to,
        auto_submitted=True,  # RFC 3834 §5: no robot should answer
        extra=(("X-Auto-Response-Suppress", "All"), ("Content-Language", language)),
    )
    values = {
        "email": email.recipient,
        "date": format_datetime(email.asked_at),
        "message_id": message_id(email),
    }
    body = compile_message(html, text, subject, headers, SlotTable()).fill(values)
    return Envelope(0, email.sender_email, email.recipient, body, needs_smtputf8(email.recipient), clean=True)


def message_id(email: SystemEmail) -> str:
    """The Message-ID without its brackets (RFC 5322 §3.6.4), the same at each attempt.

    The moment is in it because row ids start again in a fresh database, and mail programs drop a message
    whose Message-ID they have seen.
    """
    domain = to_ascii_domain(email.sender_email.rpartition("@")[2])
    return f"system.{email.message_id}.{int(email.asked_at.timestamp() * 1000):x}@{domain}"


def _render(email: SystemEmail, language: str) -> tuple[str, str, str]:
    """HTML, text and subject."""
    environment = _environment(language)
    date, time, zone = _moment(email.asked_at, email.timezone, language)
    due_date, due_time, due_zone = _moment(email.due_at or email.asked_at, email.timezone, language)
    words = {
        "lang": language,
        "dir": i18n.direction(language),
        "email": email,
        "date": date,
        "time": time,
        "zone": zone,
        "due_date": due_date,
        "due_time": due_time,
        "due_zone": due_zone,
        "button": _button(email.accent),
        "figures": [_figure_words(figure, language) for figure in email.figures],
    }
    text = environment.get_template(f"{email.kind}.txt")
    subject = "".join(text.blocks["subject"](text.new_context(words))).strip()
    html = environment.get_template(f"{email.kind}.html").render(words, subject=subject)
    return html, _wrapped(text.render(words)), subject


def _figure_words(figure: SystemFigure, language: str) -> dict[str, str]:
    """The numbers as `language` writes them; percentages below one with two digits, where those decide."""
    locale, share = babel_locale(language), figure.share
    digits = "0.00" if share is not None and 0 < share < 0.01 else "0.0"
    pattern = locale.percent_formats[None].pattern.replace("0", digits)  # French has a space before the sign
    return {
        "name": figure.name,
        "count": numbers.format_decimal(figure.count, locale=locale),
        "all": numbers.format_decimal(figure.of, locale=locale),
        "share": "" if share is None else numbers.format_percent(share, pattern, locale=locale),
    }


def _wrapped(text: str) -> str:
    """`text` with its long lines broken; the mark of a signature keeps its blank (RFC 3676 §4.3)."""
    return "\n".join(line if len(line) <= WIDTH else wrapped(line) for line in text.split("\n"))


def _button(accent: str) -> dict[str, str]:
    """The colours of the button and of its words, by day and by night, each readable on the other."""
    dark = readable_on(accent, DARK_PAPER)
    return {"paper": accent, "ink": ink_on(accent), "dark_paper": dark, "dark_ink": ink_on(dark)}


def _clean(email: SystemEmail) -> SystemEmail:
    """The email with spaces for what a name may hold and neither HTML nor a header can."""
    return replace(
        email,
        name=_UNWRITABLE.sub(" ", email.name).strip(),
        sender_name=_UNWRITABLE.sub(" ", email.sender_name).strip(),
        quoted_subject=_UNWRITABLE.sub(" ", email.quoted_subject).strip(),
        quoted_text=_clean_lines(email.quoted_text),
        postal_address=_clean_lines(email.postal_address),
    )


def _clean_lines(text: str) -> str:
    return "\n".join(_UNWRITABLE.sub(" ", line) for line in text.splitlines())


def _language(locale: str) -> str:
    """The language to write in, as the `lang` attribute wants it: `locale` if there is a catalogue for it."""
    translated = type(i18n.translations(locale)) is not NullTranslations
    return locale.replace("_", "-") if translated else i18n.SOURCE_LANGUAGE


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir() / "email" / "system"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(i18n.translations(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def _moment(moment: datetime, timezone: str, language: str) -> tuple[str, str, str]:
    """Date, time of day and zone in the words of `language`: times say their zone."""
    locale = babel_locale(language)
    zone = zone_or_utc(timezone)
    there = moment.astimezone(zone)
    time = dates.format_time(there, "short", tzinfo=zone, locale=locale)
    return (
        write_day(there.date(), language, "full"),
        time.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"),  # fonts of mail programs lack it
        dates.get_timezone_name(there, locale=locale),
    )
