"""What other rules of retention would do at once, which the settings ask about before they are saved."""

from typing import NamedTuple

from newsletter.publications.models import Publication
from newsletter.publications.settings import PublicationSettings
from newsletter.subscribers.cut_ip import count_whole_ips
from newsletter.subscribers.retention import Rule, count_due
from newsletter.web.database import session


class Outlook(NamedTuple):
    """How many people would be erased within the hour, and IP addresses shortened, by which rules."""

    people: int
    addresses: int
    rules: str

    @property
    def seen(self) -> str:
        """The same as the form takes it along."""
        return f"{self.people}/{self.addresses}/{self.rules}"

    def is_new_to(self, foreseen: str) -> bool:
        """Whether a page that said `foreseen` told less than this."""
        told = foreseen.split("/", 2)
        if len(told) != 3 or told[2] != self.rules:
            return True
        people, addresses = (int(text) if text.isdecimal() and len(text) < 19 else -1 for text in told[:2])
        return self.people > people or self.addresses > addresses


def foresee(publication: Publication, facts: PublicationSettings) -> Outlook | None:
    """What saving `facts` would do; None where it does nothing to anybody, or changes no rule."""
    asked = (facts.erase_after_months, facts.erase_expired_after_days, facts.cut_ip_after_days)
    months, expired_days, days = asked
    held = (
        *(publication.erase_after_months, publication.erase_expired_after_days),
        publication.cut_ip_after_days,
    )
    if asked == held:
        return None
    people = count_due(session(), publication.id, Rule(months, expired_days))
    addresses = 0 if days is None else count_whole_ips(session(), publication.id, days)
    rules = ",".join("" if number is None else str(number) for number in asked)
    return Outlook(people, addresses, rules) if people or addresses else None
