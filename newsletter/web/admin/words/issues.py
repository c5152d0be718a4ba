"""Where an issue is in its life, in words for editors."""

from flask_babel import lazy_gettext as _

from newsletter.issues.listing import Stage

STAGES: dict[Stage, object] = {
    Stage.DRAFT: _("Draft"),
    Stage.SCHEDULED: _("Scheduled"),
    Stage.SENDING: _("Sending"),
    Stage.SENT: _("Sent"),
}
