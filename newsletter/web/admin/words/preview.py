"""The words of the preview: what a screen reader announces, marks of links, sizes."""

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.rendering.preview.message_links import LinkMark, MessageLink
from newsletter.rendering.preview.reading_order import Announcement, PartRole, Role
from newsletter.web.admin.formats import page_locale


def role_words(announcement: Announcement) -> str:
    """What an announcement is, such as “Heading 2” or “List, 3 items”."""
    if announcement.role is Role.HEADING:
        return str(_("Heading %(level)s", level=announcement.level))
    if announcement.role is Role.LIST:
        return str(ngettext("List, %(num)s item", "List, %(num)s items", announcement.count))
    if announcement.role is Role.TABLE:
        rows = ngettext("Table, %(num)s row", "Table, %(num)s rows", announcement.count)
        columns = ngettext("%(num)s column", "%(num)s columns", announcement.columns)
        return f"{rows}, {columns}"
    if announcement.role is Role.GROUP:
        return announcement.kind.capitalize()
    return {
        Role.LANGUAGE: str(_("Language")),
        Role.ITEM: str(_("Item")),
        Role.QUOTE: str(_("Quote")),
        Role.SEPARATOR: str(_("Separator")),
    }.get(announcement.role, str(_("Text")))


def part_words() -> dict[PartRole, str]:
    """What a stretch of an announcement is; nothing for text."""
    return {
        PartRole.LINK: _("link"),
        PartRole.IMAGE: _("image"),
        PartRole.IMAGE_LINK: _("link, image"),
        PartRole.DECORATIVE: _("decorative image, not read"),
        PartRole.UNNAMED: _("image without alt text"),
    }


def mark_words(link: MessageLink) -> list[tuple[str, str]]:
    """The marks of a link in words, each with its tone: `plain` or `warning`."""
    fields = ", ".join(link.fields)
    words = {
        LinkMark.EMPTY: (_("Leads nowhere"), "warning"),
        LinkMark.NO_WORDS: (_("No link text"), "warning"),
        LinkMark.SAME_WORDS: (_("Same link text as another link"), "warning"),
        LinkMark.HTTP: (_("http, not https"), "warning"),
        LinkMark.PERSONAL: (_("Differs by reader: %(fields)s", fields=fields), "plain"),
        LinkMark.REDIRECTED: (_("Goes through this server when sent"), "plain"),
    }
    return [(str(text), tone) for mark, (text, tone) in words.items() if mark in link.marks]


def language_name(tag: str) -> str:
    """`French (fr)` for `fr`; the tag alone for a language that is not known."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(page_locale())
    except (UnknownLocaleError, ValueError):
        return tag
    return f"{name} ({tag})"


def kilobytes(octets: int) -> str:
    """`12.3 kB`, of 1,000 octets each."""
    return str(_("%(number)s kB", number=format_decimal(octets / 1000, "#,##0.0", locale=page_locale())))


def percent(share: float) -> str:
    """`4.2%` of a share between 0 and 1."""
    return format_percent(share, "#,##0.0%", locale=page_locale())
