"""What was changed while a chart went on, in words."""

from flask_babel import gettext as _

from newsletter.core.errors import Refused
from newsletter.publications.models import TrackingMode
from newsletter.rendering.themes import THEMES
from newsletter.reports.changes import Change, ChangeKind


def change_words(change: Change) -> str:
    """One sentence without a full stop, such as “Relay smtp.example paused”."""
    if change.kind is ChangeKind.RELAY:
        return _relay_words(change)
    if change.kind is ChangeKind.TRACKING:
        return _tracking_words(change.detail)
    if change.kind is ChangeKind.THEME:
        return str(_("Design changed: %(theme)s", theme=_theme_name(change.detail)))
    if change.kind is ChangeKind.TEMPLATE:
        is_saved = change.action == "publication.template_saved"
        return str(_("Own template changed") if is_saved else _("Own template no longer used"))
    words = {"true": _("Sent links can be changed"), "false": _("Sent links can no longer be changed")}
    return str(words.get(change.detail, _("Whether sent links can be changed")))


def _relay_words(change: Change) -> str:
    host = change.detail
    words = {
        "relay.saved": _("Relay %(host)s saved", host=host),
        "relay.limited": _("Limits of relay %(host)s changed", host=host),
        "relay.paused": _("Relay %(host)s paused", host=host),
        "relay.resumed": _("Relay %(host)s resumed", host=host),
        "relay.moved": _("Relay %(host)s moved up", host=host),
        "relay.removed": _("Relay %(host)s removed", host=host),
    }
    return str(words[change.action])


def _tracking_words(mode: str) -> str:
    words = {
        TrackingMode.OFF: _("Clicks no longer counted"),
        TrackingMode.AGGREGATE: _("Clicks counted without knowing who"),
        TrackingMode.INDIVIDUAL: _("Clicks counted with readers who agree"),
    }
    known = {each.value: text for each, text in words.items()}
    return str(known.get(mode, _("How clicks are counted")))


def _theme_name(key: str) -> str:
    try:
        return THEMES[key].label
    except Refused:  # a theme of an earlier version
        return key
