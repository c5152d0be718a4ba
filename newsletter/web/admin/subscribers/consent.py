"""`/admin/subscribers/<id>/consent`: the receipt of a person's consents, as a page that prints well."""

from flask import render_template

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.subscribers.consent_receipt import consent_receipt
from newsletter.web.admin.guard import allow
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint, home_of, issue_titles
from newsletter.web.admin.words import subscribers as words
from newsletter.web.database import session


@blueprint.get(f"{ONE}/consent")
@allow(Permission.VIEW)
def consent(subscriber_id: int) -> str:
    """Each consent, given and withdrawn, with its exact words; nothing about an erased person."""
    receipt = consent_receipt(session(), subscriber_id)
    home = home_of([subscription for subscription, _ in receipt.subscriptions])
    return render_template(
        "admin/subscribers/consent.html",
        receipt=receipt,
        subscriber=receipt.subscriber,
        publication=home,
        zone=home.timezone if home else "UTC",
        made_at=clock.now(),
        consent_word=words.consent_word,
        source_word=words.source_word,
        origin_words=words.origin_words,
        titles=issue_titles(record for _, records in receipt.subscriptions for record in records),
        actor_word=words.actor_word,
    )
