"""Searching an archive of 5,000 issues: how long a page of hits takes, excerpts included.

On SQLite: a rare word, one in every third issue, one in all of them, a phrase of frequent words, and a word
that is nowhere. The reference, in the same run, is what a database does without an index: it looks for the
rare word in every text (`LIKE`).

    python benchmarks/archive_search.py [--issues 5000]
"""

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.rig import judged, machine, milliseconds
from newsletter import migrations
from newsletter.archive_search.excerpt import excerpt, marked
from newsletter.archive_search.models import ArchiveText
from newsletter.archive_search.query import parse_query
from newsletter.archive_search.words import searchable
from newsletter.core import clock
from newsletter.core.db import reading, table_of
from newsletter.issues.models import Issue
from newsletter.issues.search import search_archive
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.settings import load_settings
from tests.factories import make_publication

MOST = 50.0  # milliseconds
ROUNDS = 15
WORDS, LINE = 900, 30  # in an issue, and in each of its texts
SYLLABLES = [first + second for first in "bdfgklmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]
QUERIES = {
    "a rare word": "zebra",
    "a word in every third issue": "harbour",
    "a word in every issue": "the",
    "a phrase of frequent words": '"the harbour of"',
    "a word that is nowhere": "unicorn",
}


def texts(number: int, chance: random.Random) -> Iterator[str]:
    """The texts of issue `number`: words of an invented language, and some that are looked for."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(WORDS)]
    for place in range(0, WORDS, 12):
        words[place] = "the"
    if number % 3 == 0:
        words[WORDS // 2 : WORDS // 2 + 3] = ["the", "harbour", "of"]
    if number % 500 == 0:
        words[-3] = "Zebra"
    return (" ".join(words[start : start + LINE]) for start in range(0, WORDS, LINE))


def fill_archive(session: Session, publication: Publication, issues: int) -> None:
    chance = random.Random(1)
    now = clock.now()
    rows: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for number in range(1, issues + 1):
        lines = list(texts(number, chance))
        title = f"Issue {number}"
        rows.append(
            {
                "id": number,
                "publication_id": publication.id,
                "slug": f"issue-{number}",
                "title": title,
                "number": number,
                "latest_revision": 1,
                "published_revision": 1,
                "published_at": now - timedelta(weeks=issues - number),
            }
        )
        found.append(
            {
                "issue_id": number,
                "revision": 1,
                "language": "en",
                "title": title,
                "text": "\n".join(lines),
                "words": searchable([title, *lines]),
            }
        )
    session.execute(insert(table_of(Issue)), rows)
    session.execute(insert(table_of(ArchiveText)), found)
    session.commit()


def search(session: Session, publication: Publication, typed: str) -> int:
    """What the page of the archive does; how many issues there are."""
    with reading():
        phrases = parse_query(typed)
        page = search_archive(session, publication, phrases)
        for _, text in page.hits:
            marked(text.title, phrases)
            excerpt(text.text, phrases)
        session.rollback()
    return page.total


def scan(session: Session, typed: str) -> int:
    """The reference: the same question to every text."""
    with reading():
        count = select(func.count()).select_from(ArchiveText).where(ArchiveText.text.icontains(typed))
        total = session.scalar(count) or 0
        session.rollback()
    return total


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--issues", type=int, default=5_000)
    issues = parser.parse_args().issues
    print(f"Searching an archive of {issues:,} issues of {WORDS} words. {machine()}")
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        runtime = Runtime(load_settings({"DATA_DIR": folder}))
        migrations.upgrade(runtime.engine)
        with runtime.session() as session:
            publication = make_publication(session)
            session.commit()
            fill_archive(session, publication, issues)
            for name, typed in QUERIES.items():
                total = search(session, publication, typed)
                took = statistics.median(
                    milliseconds(partial(search, session, publication, typed)) for _ in range(ROUNDS)
                )
                verdict = judged(MOST, took)
                print(f"  {name}, in {total:,}: {took:.1f} ms of {MOST:.0f} ({verdict})")
            reference = statistics.median(milliseconds(partial(scan, session, "zebra")) for _ in range(3))
            print(f"  the reference, every text read for a rare word: {reference:.0f} ms")
        runtime.close()


if __name__ == "__main__":
    main()
