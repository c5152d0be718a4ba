"""Why an issue cannot be edited now, in one sentence."""

from flask_babel import gettext as _

from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.web.admin.dates import long_moment


def locked_sentence(mailing: Mailing | None) -> str:
    """What keeps the text as it is; empty when nothing does."""
    if mailing is None:
        return ""
    if mailing.state is MailingState.FINISHED:
        when = long_moment(mailing.finished_at or mailing.scheduled_at, mailing.zone)
        return str(_("This issue was sent on %(when)s and can no longer be changed.", when=when))
    if mailing.state is MailingState.SCHEDULED:
        when = long_moment(mailing.scheduled_at, mailing.zone)
        if mailing.control is Control.PAUSE:
            return str(
                _(
                    "This issue was scheduled for %(when)s and is on hold. Unschedule it to edit it.",
                    when=when,
                )
            )
        return str(_("This issue is scheduled for %(when)s. Unschedule it to edit it.", when=when))
    return str(_("This issue is being sent and can no longer be changed."))
