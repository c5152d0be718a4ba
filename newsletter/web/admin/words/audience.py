"""Why some people get no copy, in words for editors."""

from flask_babel import lazy_gettext as _

from newsletter.mailings.models import Exclusion

EXCLUDED: dict[Exclusion, object] = {
    Exclusion.UNCONFIRMED: _("not confirmed yet"),
    Exclusion.PAUSED: _("paused"),
    Exclusion.UNSUBSCRIBED: _("unsubscribed"),
    Exclusion.ENDED: _("subscription ended"),
    Exclusion.SUPPRESSED: _("suppressed"),
    Exclusion.ERASED: _("erased"),
    Exclusion.ALREADY_RECEIVED: _("already received this issue"),
    Exclusion.NOTHING_TO_READ: _("nothing in this issue is for them"),
    Exclusion.NOT_RECEIVED: _("did not get the corrected issue"),
    Exclusion.NOT_IN_SEGMENT: _("not in the segment"),
    Exclusion.MONTHLY: _("get the monthly summary instead"),
    Exclusion.EACH_ISSUE: _("get every issue instead"),
    Exclusion.CANCELLED: _("left out by a cancelled mailing"),
}


def excluded_words(excluded: dict[str, int]) -> list[tuple[str, int]]:
    """Each reason with its count, in the order given."""
    return [(str(EXCLUDED[Exclusion(reason)]), count) for reason, count in excluded.items()]
