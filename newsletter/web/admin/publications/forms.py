"""The form of a publication: the same fields to make one and to edit it."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from newsletter.core.errors import DomainError
from newsletter.publications.edit import SETTINGS
from newsletter.publications.models import Publication, TrackingMode
from newsletter.publications.settings import PublicationSettings, check_settings
from newsletter.web.forms import Form, choices

TRACKING_MODES = {
    TrackingMode.OFF: _("Not counted"),
    TrackingMode.AGGREGATE: _("Counted, without knowing who"),
    TrackingMode.INDIVIDUAL: _("Counted by reader, for those who agreed"),
}


class PublicationForm(Form):
    """Named as the columns; `state` says which state of the publication the form was filled from."""

    name = StringField(_("Name"), [InputRequired(_("Enter the name that readers see."))])
    slug = StringField(
        _("Slug"),
        [InputRequired(_("Enter a slug."))],
        description=_("Used in web addresses: lower-case letters, digits and hyphens."),
    )
    description = TextAreaField(
        _("Description"),
        description=_("A sentence or two for the sign-up page; the first line also appears in the email."),
    )
    sender_name = StringField(
        _("Sender's name"),
        description=_("Shown in readers' inboxes. If empty, the name of the publication is used."),
    )
    sender_email = EmailField(
        _("Sender's address"), [InputRequired(_("Enter the address that issues are sent from."))]
    )
    reply_to = EmailField(
        _("Reply-to address"), description=_("Where replies go, if not to the sender's address.")
    )
    postal_address = TextAreaField(
        _("Postal address"),
        description=_("Printed in every issue, as the law requires. Nothing can be sent without it."),
    )
    language = StringField(
        _("Language"),
        [InputRequired(_("Choose the language it is written in."))],
        description=_("A code such as en, de or pt-BR. Type to search by name."),
        default="en",
    )
    timezone = StringField(
        _("Time zone"),
        [InputRequired(_("Choose a time zone."))],
        description=_("Used for times on these pages and dates in issues. Type a city to search."),
        default="UTC",
    )
    approval_required = BooleanField(
        _("Someone else must approve each issue"),
        description=_("A mailing is held until someone who did not make the last edit approves the text."),
    )
    redirect_links = BooleanField(
        _("Links go through this server"),
        description=_(
            "Editors can then still change where a link leads after the issue was sent. Nothing is counted."
        ),
    )
    tracking = RadioField(
        _("Clicks and opens"),
        choices=lambda: choices(TRACKING_MODES),
        default=TrackingMode.OFF.value,
        description=_("Readers who ask their browser not to be tracked are never counted."),
    )
    utm_parameters = BooleanField(
        _("Add UTM parameters to links"),
        description=_("Statistics of the linked sites then show that visitors came from this newsletter."),
    )
    untracked_links = TextAreaField(
        _("Links that are never tracked"),
        description=_("One host or web address per line, such as example.org."),
    )
    suggestions = BooleanField(
        _("Readers may suggest links"),
        description=_("On a separate page, linked from the archive. Suggestions arrive in the inbox."),
    )
    monthly_summary = BooleanField(
        _("Readers may choose a monthly summary"),
        description=_(
            "They get one email on the first of the month, with the headlines of each issue, instead of the"
            " issues. You are told before it is sent."
        ),
    )
    erase_after_months = StringField(
        _("Months after which people who left are erased"),
        description=_(
            "Only those who left every publication. This cannot be undone: only a fingerprint of each address"
            " is kept, so that no import adds it again. Leave it empty to keep them."
        ),
    )
    cut_ip_after_days = StringField(
        _("Days after which IP addresses in consent records are shortened"),
        description=_("Only the network is kept, such as 192.0.2.0/24. Leave it empty to keep them whole."),
    )
    erase_expired_after_days = StringField(
        _("Days after which sign-ups that expired are erased"),
        description=_(
            "A sign-up expires if it is not confirmed within 30 days. Leave it empty for another 30 days."
        ),
    )
    state = HiddenField()
    foreseen = HiddenField()  # what a page said that retention would do, which it asked about

    def facts(self) -> PublicationSettings | None:
        """What was typed, checked; None when a field says what is wrong with it."""
        if not self.validate():
            return None
        try:
            return check_settings(**{name: self.typed(name) for name in SETTINGS})
        except DomainError as error:
            self.show_problems(error.fields)
            return None

    def typed(self, name: str) -> Any:
        """What was typed or ticked in the field called `name`: a text, or whether it is ticked."""
        return self[name].data if isinstance(self[name], BooleanField) else self.text(name)

    def fill(self, publication: Publication) -> None:
        """Show the publication as it is."""
        for name in SETTINGS:
            value = getattr(publication, name)
            self[name].data = "" if value is None else value
        if publication.sender_name == publication.name:
            self.sender_name.data = ""


class NewPublicationForm(PublicationForm):
    """The same to make one, which asks for all that its first issue needs."""

    postal_address = TextAreaField(
        _("Postal address"),
        [InputRequired(_("Enter the postal address: the law requires one in every issue."))],
        description=_("Printed in every issue, as the law requires."),
    )
