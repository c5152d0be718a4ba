"""What comes back of a mailing while it is being sent: bounces, complaints, requests to leave, and clicks.

Each takes the way it has in an installation: mail by its address, posts of a provider, hits folded in bulk.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from newsletter.core import clock
from newsletter.core.bounce_address import bounce_address
from newsletter.core.db import DATABASE_AWAY, reading
from newsletter.core.unsubscribe_address import UNSUBSCRIBE_PREFIX, unsubscribe_token
from newsletter.incoming.hooks import hook_url, take_post
from newsletter.incoming.receive import TAKEN, Receiver
from newsletter.incoming.taker import IncomingMessage
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import message_id
from newsletter.mailings.models import Control, Mailing
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from tests.faults.trouble import Done, Leavers
from tests.feedback.deliveries import bounce, complaint
from tests.feedback.posts import ACCOUNTS, BREVO_BOUNCE, with_password
from tests.processes import wait_until
from tests.sending.pressing import press

DOMAIN = "bounces.weekly.example"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class ComeBack(Leavers):
    """The same for people whose mail comes back, a third of it from those who have their copy already.

    Where that pauses the mailing, an editor sees why and resumes it. `events`: what came in.
    """

    events: int = 0

    def _someone(self) -> tuple[int, int, int, str] | None:
        with reading(), self.runtime.session() as session:
            is_paused = session.get_one(Mailing, self.mailing_id).control is Control.PAUSE
        if is_paused:
            press(self.runtime, control.resume, self.mailing_id)
        return super()._someone()

    def _places(self, mailing: Mailing) -> tuple[int, int]:
        if mailing.next_seq > 1 and self.luck.random() < 0.3:
            return 1, mailing.next_seq - 1
        return super()._places(mailing)

    def _go(self, seq: int, _subscriber_id: int, subscription_id: int) -> tuple[str, str]:
        ways = (
            (self._bounce, "suppressed"),
            (self._complaint, "suppressed"),
            (self._post, "suppressed"),
            (self._request, "unsubscribed"),
        )
        come_in, reason = ways[self.events % len(ways)]
        come_in(seq, subscription_id)
        return come_in.__name__.strip("_"), reason

    def _bounce(self, seq: int, _subscription_id: int) -> None:
        to = bounce_address(self.runtime.links.signer, DOMAIN, self.mailing_id, seq)
        self._bring(to, "", bounce(to, number=seq))

    def _complaint(self, seq: int, subscription_id: int) -> None:
        link = self.runtime.links.unsubscribe(subscription_id, self.mailing_id)
        self._bring(f"complaints@{DOMAIN}", "fbl@provider.example", complaint(link, number=seq))

    def _request(self, seq: int, subscription_id: int) -> None:
        token = unsubscribe_token(self.runtime.links.signer, subscription_id, self.mailing_id)
        raw = f"Message-ID: <leave-{seq}@readers.example>\r\n\r\n".encode()
        self._bring(f"{UNSUBSCRIBE_PREFIX}{token}@{DOMAIN}", "reader@readers.example", raw)

    def _bring(self, address: str, sender: str, raw: bytes) -> None:
        """Bring a message until it is taken, as servers do that are told to try again; then once more."""
        receiver = Receiver(self.runtime.sessions, self.runtime.links)
        for _copy in range(2):
            wait_until(lambda: receiver.receive(address, IncomingMessage(sender, raw)) == TAKEN)
        self.events += 1

    def _post(self, seq: int, _subscription_id: int) -> None:
        """A provider posts about one of its deliveries, until it is answered; then once more."""
        links = self.runtime.links
        with self.runtime.session() as session:
            mailing = session.get_one(Mailing, self.mailing_id)
            publication = session.get_one(Publication, mailing.publication_id)
            known_as = message_id(mailing.id, seq, sender_domain(publication), origin(links, mailing))
        posted = with_password(BREVO_BOUNCE | {"message-id": f"<{known_as}>"}, "Bearer bearer-token")
        token = hook_url(links, "brevo").rpartition("/")[2]

        def is_answered() -> bool:
            with self.runtime.session() as session:
                try:
                    take_post(session, links, ACCOUNTS, provider="brevo", token=token, posted=posted)
                    session.commit()
                except DATABASE_AWAY:  # a lock that was waited for in vain
                    return False
            return True

        for _copy in range(2):
            wait_until(is_answered)
        self.events += 1


@dataclass
class Clicks:
    """Hits of readers of one mailing, folded in bulk while it is being sent. `folded`: how many."""

    runtime: Runtime
    mailing_id: int
    luck: random.Random
    folded: int = field(default=0, init=False)

    def fold(self, batch: int, stopped: Callable[[], bool]) -> Done:
        """Fold `batch` hits after another, each batch twice, as a worker does that was killed in between."""
        while not stopped():
            hits = self._hits(batch)
            for _again in range(2):
                wait_until(partial(self._folded, hits))
            clock.sleep(0.2)
        return Counter(clicks=self.folded)

    def _hits(self, batch: int) -> list[Hit]:
        with self.runtime.session() as session:
            mailing = session.get_one(Mailing, self.mailing_id)
            links = session.scalars(select(MailingLink.id).where(MailingLink.mailing_id == mailing.id)).all()
            places = mailing.members
        if not links:
            return []  # it is not frozen yet
        at = clock.now() + timedelta(hours=1)  # not within the seconds in which only programs are so quick
        keys = range(self.folded, self.folded + batch)
        return [
            Hit(
                *(f"{self.mailing_id}-{key}", EventKind.CLICK, self.mailing_id, self.luck.choice(links)),
                *(self.luck.randint(1, places), at, False, AGENT),
            )
            for key in keys
        ]

    def _folded(self, hits: list[Hit]) -> bool:
        with self.runtime.session() as session:
            try:
                new = fold(session, hits)
                session.commit()
            except DATABASE_AWAY:
                return False
        self.folded += new
        return True
