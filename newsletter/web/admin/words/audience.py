"""Why some people get no copy, in words for editors."""

from flask_babel import lazy_gettext as _

from newsletter.mailings.models import Exclusion

EXCLUDED: dict[Exclusion, object] = {
    Exclusion.UNCONFIRMED: _("have not confirmed their subscription"),
    Exclusion.PAUSED: _("have paused it"),
    Exclusion.UNSUBSCRIBED: _("have unsubscribed"),
    Exclusion.ENDED: _("had their subscription ended"),
    Exclusion.SUPPRESSED: _("are on the list of addresses never written to"),
    Exclusion.ERASED: _("were erased"),
    Exclusion.ALREADY_RECEIVED: _("have this issue already"),
    Exclusion.CANCELLED: _("were left out by a cancelled mailing"),
}


def excluded_words(excluded: dict[str, int]) -> list[tuple[str, int]]:
    """Each reason with its count, in the order given."""
    return [(str(EXCLUDED[Exclusion(reason)]), count) for reason, count in excluded.items()]
