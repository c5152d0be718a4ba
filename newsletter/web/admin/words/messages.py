"""The messages that a publication may write itself: their names, and when readers get them."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _

from newsletter.publications.messages.models import MessageKind


class KindWords(NamedTuple):
    """The name of a kind of message, when it is sent, and what is sent where there is no own text."""

    name: object
    when: object
    without: object


KINDS: dict[MessageKind, KindWords] = {
    MessageKind.CONFIRMATION: KindWords(
        _("Confirmation"),
        _("Sent when someone signs up, with the button that confirms it."),
        _("Other languages get the built-in message."),
    ),
    MessageKind.ALREADY_SUBSCRIBED: KindWords(
        _("Already subscribed"),
        _("Sent when someone signs up who is a subscriber already."),
        _("Other languages get the built-in message."),
    ),
    MessageKind.WELCOME: KindWords(
        _("Welcome"),
        _("Sent once, right after someone has confirmed."),
        _("Other languages get it in the language of the publication, if it is written in that."),
    ),
}
