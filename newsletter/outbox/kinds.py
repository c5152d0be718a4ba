"""The kinds of system message, with the values that each needs to be written (`facts`).

Adding one is one line here and its templates: `templates/email/system/<kind>.html` and `.txt`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsletter.core.addresses import mailto
from newsletter.core.links import Links
from newsletter.core.registry import Registry

MessageInput = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of system message.

    facts:      the values it cannot be written without, and their JSON types.
    link:       where its one button leads.
    useful_for: how long after it was asked for it still helps; later it is not sent any more.
    """

    key: str
    facts: dict[str, type]
    link: Callable[[Links, MessageInput], str]
    useful_for: timedelta

    def check(self, facts: MessageInput) -> None:
        """Raise `TypeError` unless `facts` has what this kind needs: that is a mistake in our code."""
        wrong = [name for name, type_ in self.facts.items() if type(facts.get(name)) is not type_]
        if wrong:
            message = f"a {self.key} message needs the facts {self.facts}; wrong or missing: {wrong}"
            raise TypeError(message)


ONE_DAY = timedelta(days=1)

KINDS: Registry[Kind] = Registry(
    "system_message_kind",
    (
        # Asks whoever owns the address to confirm a subscription.
        Kind(
            "confirmation",
            {"subscription_id": int},
            lambda links, facts: links.confirm(facts["subscription_id"]),
            ONE_DAY,
        ),
        # Reminds whoever has not confirmed; `due_at` is when they asked.
        Kind(
            "confirmation_reminder",
            {"subscription_id": int, "due_at": str},
            lambda links, facts: links.confirm(facts["subscription_id"]),
            ONE_DAY,
        ),
        # Somebody asked again for what is already active: says so, and where the preferences are.
        Kind(
            "already_subscribed",
            {"subscriber_id": int},
            lambda links, facts: links.preferences(facts["subscriber_id"]),
            ONE_DAY,
        ),
        # Greets whoever confirmed a subscription, where the publication has written it.
        Kind(
            "welcome",
            {"subscriber_id": int, "subscription_id": int},
            lambda links, facts: links.preferences(facts["subscriber_id"]),
            timedelta(days=2),
        ),
        # Invites somebody to the team; the link lets them choose their password.
        Kind(
            "invitation",
            {"user_id": int, "state": int},
            lambda links, facts: links.invitation(facts["user_id"], facts["state"]),
            timedelta(days=7),
        ),
        # Somebody on the team forgot their password.
        Kind(
            "password_reset",
            {"user_id": int, "state": int},
            lambda links, facts: links.reset_password(facts["user_id"], facts["state"]),
            timedelta(hours=1),
        ),
        # Tells somebody on the team that their password is a new one, in case it was not them.
        Kind(
            "password_changed",
            {},
            lambda links, _facts: links.forgot_password(),
            timedelta(days=7),
        ),
        # Asks somebody on the team to read an issue and approve it.
        Kind(
            "review_requested",
            {"issue_id": int},
            lambda links, facts: links.approval(facts["issue_id"]),
            timedelta(days=7),
        ),
        # A comment mentions somebody on the team.
        Kind(
            "mentioned",
            {"issue_id": int, "comment_id": int},
            lambda links, facts: f"{links.comments(facts['issue_id'])}#comment-{facts['comment_id']}",
            timedelta(days=7),
        ),
        # A reader answered to an issue; what they wrote is for whoever reads the publication's answers.
        Kind(
            "reply_received",
            {"reply_to": str, "subject": str, "text": str},
            lambda _links, facts: mailto(facts["reply_to"]),
            timedelta(days=7),
        ),
        # Somebody whose messages came back wants email again: only who reads this mailbox can say so.
        Kind(
            "lift_suppression",
            {"subscriber_id": int, "moment": int},
            lambda links, facts: links.lift_suppression(facts["subscriber_id"], facts["moment"]),
            ONE_DAY,
        ),
        # Asks whoever has an address whether somebody's subscriptions are to go there from now on.
        Kind(
            "address_change",
            {"subscriber_id": int, "change_id": int, "moment": int},
            lambda links, facts: links.change_address(facts["change_id"], facts["moment"]),
            ONE_DAY,
        ),
        # Tells the address that somebody had until now, in case it was not them.
        Kind(
            "address_changed",
            {"subscriber_id": int, "new_address": str},
            lambda links, facts: links.preferences(facts["subscriber_id"]),
            timedelta(days=7),
        ),
        # A mailing is held because nobody has approved its text.
        Kind(
            "approval_missing",
            {"issue_id": int},
            lambda links, facts: links.approval(facts["issue_id"]),
            timedelta(days=7),
        ),
        # Reminds an editor that the issue for a date is not scheduled; issue_id is 0 where none was begun.
        Kind(
            "issue_due",
            {"slug": str, "issue_id": int, "due_at": str, "zone": str},
            lambda links, facts: (
                links.edit_issue(facts["issue_id"]) if facts["issue_id"] else links.calendar(facts["slug"])
            ),
            ONE_DAY,
        ),
        # A monthly summary will go out, so that somebody may read it before.
        Kind(
            "summary_scheduled",
            {"issue_id": int, "due_at": str},
            lambda links, facts: links.send_issue(facts["issue_id"]),
            ONE_DAY,
        ),
        # A monthly summary was made, and something keeps it from being sent.
        Kind(
            "summary_held",
            {"issue_id": int, "text": str},
            lambda links, facts: links.send_issue(facts["issue_id"]),
            timedelta(days=7),
        ),
        # Records that receivers recognise a sender by are gone from the DNS.
        Kind(
            "record_vanished",
            {"slug": str, "records": str},
            lambda links, facts: links.deliverability(facts["slug"]),
            timedelta(days=2),
        ),
        # They are there again.
        Kind(
            "record_restored",
            {"slug": str, "records": str},
            lambda links, facts: links.deliverability(facts["slug"]),
            timedelta(days=2),
        ),
        # Tells the team how a mailing went, the day after; each figure is a word, how many, and of how many.
        Kind(
            "mailing_report",
            {"mailing_id": int, "due_at": str, "figures": list},
            lambda links, facts: links.mailing_report(facts["mailing_id"]),
            timedelta(days=3),
        ),
    ),
)
# Those that tell a reader about what they subscribe to.
TO_READERS = tuple(kind.key for kind in KINDS if kind.facts.keys() & {"subscriber_id", "subscription_id"})
