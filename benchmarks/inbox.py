"""The inbox at a large publication: adding 100 links, and finding a story among 100,000.

Both on SQLite, as whole transactions with their durable commits. The look-up is by an address that is known
and by a title that differs in a word, each among 100,000 mentions with titles of ten words.

    python benchmarks/inbox.py [--mentions 100000]
"""

import argparse
import random
import statistics
import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.rig import judged, machine, milliseconds
from newsletter import migrations
from newsletter.core import clock
from newsletter.core.db import table_of
from newsletter.curation.add import add_text
from newsletter.curation.models import Via
from newsletter.document import loads
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.settings import load_settings
from newsletter.stories.find import find_mentions
from newsletter.stories.models import StoryMention, StoryTitleKey
from newsletter.stories.record import Story, url_key
from newsletter.stories.title_keys import title_keys
from tests.factories import make_publication

MOST_ADDING, MOST_LOOKING = 300.0, 20.0  # milliseconds
LINKS, ROUNDS = 100, 50
BATCH = 5_000
SYLLABLES = [first + second for first in "bdfgklmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]


def title(chance: random.Random) -> str:
    """Ten words; as in a language, some of them are in every third title."""
    rare = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(7)]
    return " ".join(chance.sample([*rare, *chance.sample(SYLLABLES, 3)], 10))


def fill_ledger(session: Session, publication: Publication, mentions: int) -> list[Story]:
    """As many mentions, of the last 50 days; some of their stories."""
    chance = random.Random(1)
    document = loads('{"version": 1, "title": "One", "subject": "One", "slug": "one", "sections": []}')
    issue_id = save_document(session, publication, document).issue.id
    stories: list[Story] = []
    for start in range(1, mentions + 1, BATCH):
        ids = range(start, min(start + BATCH, mentions + 1))
        batch = [Story(f"https://outlet{n % 97}.example/story/{n}", title(chance), "Outlet") for n in ids]
        rows = [
            {
                "id": n,
                "publication_id": publication.id,
                "issue_id": issue_id,
                "url": story.url,
                "url_key": url_key(story.url),
                "headline": story.headline,
                "outlet": story.outlet,
                "at": clock.now() - timedelta(days=n % 50),
            }
            for n, story in zip(ids, batch, strict=True)
        ]
        keys = [
            {"publication_id": publication.id, "key": key, "mention_id": n}
            for n, story in zip(ids, batch, strict=True)
            for key in set(title_keys(story.headline))
        ]
        session.execute(insert(table_of(StoryMention)), rows)
        session.execute(insert(table_of(StoryTitleKey)), keys)
        stories.append(batch[0])
    session.commit()
    return stories


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mentions", type=int, default=100_000)
    mentions = parser.parse_args().mentions
    print(f"The inbox. {machine()}")
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        runtime = Runtime(load_settings({"DATA_DIR": folder}))
        migrations.upgrade(runtime.engine)
        with runtime.session() as session:
            publication = make_publication(session)
            session.commit()
            stories = fill_ledger(session, publication, mentions)
            print(f"  {LINKS} links pasted: {adding(session, publication)}")
            print(f"  a story among {mentions:,}: {looking(session, publication, stories)}")
        runtime.close()


def adding(session: Session, publication: Publication) -> str:
    """The median of some pastes, each of links that are new."""

    def paste(round_: int) -> None:
        text = "\n".join(f"https://post.example/{round_}/{n}?utm_source=mail" for n in range(LINKS))
        add_text(session, publication, text, via=Via.PASTE, actor="bench")
        session.commit()

    took = statistics.median(milliseconds(partial(paste, n)) for n in range(7))
    return f"{took:.0f} ms of {MOST_ADDING:.0f} ({judged(MOST_ADDING, took)})"


def looking(session: Session, publication: Publication, stories: list[Story]) -> str:
    """The slowest but one of some look-ups: the address is another, and the title differs in a word."""
    chance = random.Random(2)
    times = []
    for story in (chance.choice(stories) for _ in range(ROUNDS)):
        near = Story("https://elsewhere.example/x", f"{story.headline} anew", "Other")
        assert find_mentions(session, publication.id, Story(story.url))
        times.append(milliseconds(partial(find_mentions, session, publication.id, near)))
    session.rollback()
    took = sorted(times)[-2]
    return f"{took:.1f} ms of {MOST_LOOKING:.0f} ({judged(MOST_LOOKING, took)})"


if __name__ == "__main__":
    main()
