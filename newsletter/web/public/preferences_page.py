"""The page of `/p/<token>`, as it is and with what was sent to it and could not be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import render_template, request
from flask_babel import lazy_gettext

from newsletter.feedback.lift import liftable
from newsletter.subscribers.address_change import waiting_change
from newsletter.subscribers.choices import Offer, current_choices, fingerprint, offer_of
from newsletter.subscribers.models import State, Subscriber, Subscription
from newsletter.subscribers.pause import LONGEST_PAUSE
from newsletter.subscribers.preferences import subscriber_fingerprint
from newsletter.subscribers.queries import subscriptions_of
from newsletter.web.database import session
from newsletter.web.public.choice_fields import Filled, filled
from newsletter.web.public.frame import frame_of_reader
from newsletter.web.public.preferences_forms import PreferencesForm
from newsletter.web.public.preferences_view import rows
from newsletter.web.public.subscribe_form import AddressForm

DONE = {
    "saved": lazy_gettext("Your details are saved."),
    "chosen": lazy_gettext("Your choices are saved."),
    "left": lazy_gettext("You are unsubscribed. Nothing more will be sent."),
    "rejoined": lazy_gettext("You are subscribed again."),
    "paused": lazy_gettext("It is paused, and will resume automatically."),
    "resumed": lazy_gettext("The pause is over."),
    "frequency-each": lazy_gettext("You get every issue."),
    "frequency-monthly": lazy_gettext("You get one email a month with what was published."),
    "tracking-on": lazy_gettext("Thank you. From now on we may keep which links you follow."),
    "tracking-off": lazy_gettext("What we kept has been deleted, and we keep nothing more."),
    "address-asked": lazy_gettext(
        "If we may write to your new address, a message is on its way. Follow the link in it within a day."
    ),
    "link-sent": lazy_gettext("A message is on its way. Follow the link in it to get email again."),
    "left-all": lazy_gettext("You are unsubscribed from everything."),
}
CHANGED = lazy_gettext(
    "This was changed in the meantime, perhaps on another page. What you entered is below: check it and save"
    " it again."
)


@dataclass(frozen=True)
class ChoiceForm:
    """The form of one publication's choices; `seen` is the fingerprint of what it was filled in from."""

    offer: Offer
    filled: Filled
    seen: str
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What came in the form of one subscription and could not be kept."""

    subscription_id: int
    filled: Filled
    problems: Mapping[str, str] = field(default_factory=dict)


def preferences_page(
    token: str,
    subscriber: Subscriber,
    *,
    form: PreferencesForm | None = None,
    address_form: AddressForm | None = None,
    sent: Sent | None = None,
    problem: str = "",
) -> str:
    """Everything on one page; `problem` is said on top of it."""
    form = form or PreferencesForm.of(subscriber)
    form.offer_languages()
    subscriptions = subscriptions_of(session(), subscriber.id)
    shown = rows(subscriptions)
    return render_template(
        "public/preferences.html",
        form=form,
        address_form=address_form or AddressForm(sent=False),
        waiting=waiting_change(session(), subscriber.id),
        seen=subscriber_fingerprint(subscriber),
        choice_forms=_choice_forms(subscriptions, sent),
        email=subscriber.email,
        rows=shown,
        leaves_several=sum(row.can_leave for row in shown) > 1,
        months=range(1, LONGEST_PAUSE + 1),
        done=DONE.get(request.args.get("done", "")),
        problem=problem,
        is_suppressed=liftable(session(), subscriber) is not None,
        token=token,
        **frame_of_reader(subscriptions),
    )


def _choice_forms(subscriptions: list[Subscription], sent: Sent | None) -> dict[int, ChoiceForm]:
    """For each subscription that still runs and whose publication offers something."""
    forms = {}
    for subscription in subscriptions:
        offer = offer_of(session(), subscription.publication_id)
        if not offer or subscription.state not in {State.ACTIVE, State.PAUSED}:
            continue
        choices = current_choices(session(), subscription, offer)
        seen = fingerprint(offer, choices)
        if sent is not None and sent.subscription_id == subscription.id:
            forms[subscription.id] = ChoiceForm(offer, sent.filled, seen, sent.problems)
        else:
            forms[subscription.id] = ChoiceForm(offer, filled(offer, choices), seen)
    return forms
