"""The readers of the demo: a few hundred invented people, the same at every run."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

COUNT = 360
OPENED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # when people could first subscribe
SENT = tuple(datetime(2026, 5, day, 6, 0, tzinfo=UTC) for day in (1, 8, 15))  # Fridays, 08:00 in Rome

_FIRST = """
    Ada Aino Alma Amir Ana Anton Asha Bela Bruno Carla Chidi Dana Dario Elif Emil Esra Farid Fenna Gita Hana
    Hugo Ilse Ines Ivo Jana Jonas Kaja Karim Lena Leo Lior Luca Mai Malik Mara Mateo Mina Nadia Nils Noor
    Olga Oskar Paola Petra Rafa Rania Rosa Samir Sanna Selma Sofia Taro Tereza Tomas Ugo Vera Viktor Wanda
    Yara Yusuf Zoe Žana
"""
_LAST = """
    Abiodun Adler Almeida Arlen Bakker Benali Bergström Brandt Calloway Castel Çelik Dahl Demir Dvořák
    Eriksen Farah Fiore Grünwald Haddad Halvorsen Ibarra Ilić Jansen Kaan Keller Kowal Laine Lindqvist
    Marchetti Mbeki Moreau Nakata Nowak Okafor Olsen Pereira Quist Rahimi Rossi Ruiz Sato Silva Solberg
    Tanaka Toivonen Ursu Vasik Weiss Winther Yilmaz Zeman Ó-Briain
"""
_DOMAINS = ("example.org", "example.com", "northport.example", "saltby.example", "eastmere.test", "mail.test")
_CITIES = ("Northport", "Saltby", "Eastmere", "Upland")
_COMMENTS = ("", "", "Too many letters, too little time.", "I moved inland.", "", "Lovely, but not for me.")
_ASCII = str.maketrans("öüčçřćžÖÜČÇŘĆŽÓóáÅå", "ouccrczOUCCRCZOoaAa")


class Fate(StrEnum):
    """What becomes of a reader in the weeks that the demo tells of."""

    READS = "reads"
    NEVER_CONFIRMED = "never confirmed"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"  # the address turns out to be dead when an issue is sent
    COMPLAINED = "complained"
    ERASED = "erased"
    SUPPRESSED = "suppressed"  # asked by post never to be written to
    FULL = "full"  # the mailbox was full until the retries ran out
    UNANSWERED = "unanswered"  # the connection was lost at the worst moment


# Of 360 readers, who lives another life, and after (or at) which of the three issues.
_FATES: dict[int, tuple[Fate, int]] = (
    dict.fromkeys(range(103, 360, 24), (Fate.NEVER_CONFIRMED, 0))
    | {number: (Fate.PAUSED, 1 + number % 2) for number in (13, 58, 109, 152, 199, 246, 292, 338)}
    | {number: (Fate.UNSUBSCRIBED, 1 + number % 3) for number in range(10, 360, 21)}
    | {number: (Fate.BOUNCED, 1 + number % 3) for number in (23, 87, 145, 208, 260, 315)}
    | dict.fromkeys((66, 232), (Fate.COMPLAINED, 2))
    | {number: (Fate.ERASED, 1 + number % 2) for number in (41, 170, 301)}
    | {29: (Fate.SUPPRESSED, 0)}
    | dict.fromkeys((120, 275), (Fate.FULL, 3))
    | {183: (Fate.UNANSWERED, 3)}
)


@dataclass(frozen=True)
class Person:
    """A reader. `issue` (1 to 3) is the one at which their fate is decided."""

    name: str
    email: str
    attributes: dict[str, str]
    joined: datetime
    imported: bool
    fate: Fate = Fate.READS
    issue: int = 0
    comment: str = ""
    confirmed: datetime | None = None

    @property
    def turned(self) -> datetime | None:
        """When their fate is decided; None for who simply reads."""
        hours = {Fate.BOUNCED: 0, Fate.UNSUBSCRIBED: 3, Fate.COMPLAINED: 5, Fate.PAUSED: 26, Fate.ERASED: 50}
        if self.fate not in hours:
            return None
        return SENT[self.issue - 1] + timedelta(hours=hours[self.fate], minutes=len(self.email))


def cast() -> list[Person]:
    """Everybody, in the order in which they joined."""
    chance = random.Random(41)  # noqa: S311 - names, not secrets
    taken: set[str] = set()
    return [_person(number, chance, taken) for number in range(COUNT)]


def _person(number: int, chance: random.Random, taken: set[str]) -> Person:
    fate, issue = _FATES.get(number, (Fate.READS, 0))
    while True:
        first, last = chance.choice(_FIRST.split()), chance.choice(_LAST.split())
        email = f"{first}.{last}".translate(_ASCII).lower() + "@" + chance.choice(_DOMAINS)
        if email not in taken:
            taken.add(email)
            break
    imported = number < 90
    joined = (
        OPENED if imported else OPENED + timedelta(hours=6.5 * (number - 89), minutes=chance.randrange(60))
    )
    while issue and joined > SENT[issue - 1] - timedelta(days=1):
        issue += 1
    confirmed = None
    if fate is not Fate.NEVER_CONFIRMED:
        confirmed = joined if imported else joined + timedelta(minutes=chance.randrange(1, 300))
    return Person(
        name=f"{first} {last}" if chance.random() < 0.85 else "",
        email=email,
        attributes={"city": chance.choice(_CITIES)} if chance.random() < 0.6 else {},
        joined=joined,
        imported=imported,
        fate=fate,
        issue=issue,
        comment=chance.choice(_COMMENTS) if fate is Fate.UNSUBSCRIBED else "",
        confirmed=confirmed,
    )
