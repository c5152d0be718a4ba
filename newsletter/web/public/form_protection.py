"""What is asked of each form that strangers fill in: `website` is empty, `stamp` says when it was shown."""

from datetime import timedelta

from flask import current_app

from newsletter.publications.models import Publication
from newsletter.subscribers.signup_protection import FillTime, FormVerdict, check_form
from newsletter.web.current import links
from newsletter.web.public.subscribe_form import SubscribeForm
from newsletter.web.public.suggest_form import SuggestForm


def inspect_form(publication: Publication, form: SubscribeForm | SuggestForm) -> FormVerdict:
    """Whether a program seems to have filled in `form`, which belongs to `publication`."""
    fastest = timedelta(seconds=current_app.config.get("SIGN_UP_FASTEST_SECONDS", 2))
    return check_form(
        links().signer,
        shown_at=form.stamp.data or "",
        publication_id=publication.id,
        honeypot=form.website.data or "",
        fill_time=FillTime(fastest=fastest),
    )
