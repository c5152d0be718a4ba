"""Look for the records of all keys of a sender, also of those that do not sign yet or no more."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import DomainError, Refused
from newsletter.dns_records.ask import DnsSilent, Lookup
from newsletter.transports.dkim_keys import Published, check_record, published
from newsletter.transports.dkim_rotation import keys_for
from newsletter.transports.models import DkimKey


def records_of_keys(session: Session, domain: str, secrets: Sequence[str]) -> list[Published]:
    """What is to be in the DNS for the keys of mail from `domain`, but for keys that cannot be read."""
    return list(_readable(keys_for(session, domain), secrets))


def look_for_records(records: Iterable[Published], lookup: Lookup) -> dict[int, str]:
    """By the key's id, what is wrong with its record; empty: nothing. Keys without an answer are left out."""
    problems = {}
    for record in records:
        try:
            check_record(record, lookup)
            problems[record.key.id] = ""
        except DnsSilent:
            continue
        except Refused as error:
            problems[record.key.id] = error.message
    return problems


def keep_records_seen(session: Session, problems: Mapping[int, str]) -> None:
    """Write down what `look_for_records` found."""
    for key_id, problem in problems.items():
        seen = {} if problem else {"seen_at": clock.now()}
        session.execute(update(DkimKey).where(DkimKey.id == key_id).values(record_problem=problem, **seen))


def _readable(keys: Iterable[DkimKey], secrets: Sequence[str]) -> Iterator[Published]:
    for key in keys:
        with contextlib.suppress(DomainError):
            yield published(key, secrets)
