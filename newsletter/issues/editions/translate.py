"""Translate texts of an edition: one at a time while somebody types, or those of a whole file.

Whoever changes a translation says what they saw before: of two people who translate the same text at once,
the second one is told. So is who translates words that the issue does not say any more.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from newsletter.document import Document, DocumentInvalid
from newsletter.document.edition import Edition, Translation
from newsletter.document.reading import read
from newsletter.document.translate import Progress, Text, TextInEdition, find_edition, in_edition, texts_in
from newsletter.issues.edit import full_json
from newsletter.issues.editions.change import open_draft, require_edition, store_document, whole_document
from newsletter.issues.load import load_document
from newsletter.issues.models import Issue, Revision

MOST_LEFT = 200  # translations of words that stand nowhere now; an editor may put them back


@dataclass(frozen=True)
class Change:
    """`text` is what is said now; empty: nothing. `seen`: the mark of what was there; None: anything."""

    text: str
    seen: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of some changes, by the keys of their texts (see `key_of`).

    `saved` were saved or stood there already; `others` were translated by somebody else since, and hold what
    that one says; `gone` are of words that the issue does not say now; `refused` cannot stand there: why.
    """

    revision: Revision
    saved: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def key_of(text: Text) -> str:
    """A short name for these words at this place, the same while they are."""
    return hashlib.sha256(f"{text.at}\0{text.value}".encode()).hexdigest()[:20]


def mark_of(translation: str) -> str:
    """A short name for a translation that somebody saw; empty for none."""
    return hashlib.sha256(_cleaned(translation).encode()).hexdigest()[:20] if translation else ""


def translated(entry: TextInEdition) -> str:
    """What the edition has for a text, be it out of date; empty for nothing."""
    return entry.translation.text if entry.translation else ""


def change_translations(
    session: Session, issue_id: int, language: str, changes: Mapping[str, Change], *, actor: str
) -> Outcome:
    """Save those of `changes` that can be saved, by the keys of their texts. Raises as `add_edition` does."""
    issue, revision = open_draft(session, issue_id)
    document = load_document(revision)
    require_edition(document, language)
    outcome, changed = _apply(session, issue, revision, language, changes)
    if changed == document:
        return outcome
    stored = store_document(session, issue, revision, changed, actor)
    return Outcome(stored, outcome.saved, outcome.others, outcome.gone, outcome.refused)


def _apply(
    session: Session, issue: Issue, revision: Revision, language: str, changes: Mapping[str, Change]
) -> tuple[Outcome, Document]:
    document, whole = load_document(revision), whole_document(session, issue, revision)
    edition = require_edition(document, language)
    outcome = Outcome(revision)
    entries = {key_of(entry.text): entry for entry in texts_in(whole, edition)}
    wanted: dict[str, str] = {}
    for key, change in changes.items():
        entry, text = entries.get(key), _cleaned(change.text)
        if entry is None:
            outcome.gone.append(key)
        elif change.seen not in {None, mark_of(translated(entry))} and translated(entry) != text:
            outcome.others[key] = translated(entry)
        else:
            wanted[key] = text
    outcome.refused.update(_problems(whole, entries, wanted))
    accepted = {key: text for key, text in wanted.items() if key not in outcome.refused}
    outcome.saved.extend(accepted)
    new = _edition(edition, list(entries.values()), accepted)
    editions = tuple(new if each is edition else each for each in document.editions)
    return outcome, document.model_copy(update={"editions": editions})


def _edition(edition: Edition, entries: Sequence[TextInEdition], said: Mapping[str, str]) -> Edition:
    """`edition`, in which the texts with these keys say that; in reading order, then what is left over."""
    used: dict[tuple[str, str], Translation] = {}
    taken_back: set[tuple[str, str]] = set()
    for entry in entries:
        text = said.get(key_of(entry.text))
        if text is None:
            kept = entry.translation
        else:
            kept = _made(entry, text) if text else None
            if entry.translation:
                taken_back.add((entry.translation.at, entry.translation.source))
        if kept is not None:
            used.setdefault((kept.at, kept.source), kept)
    left = [each for each in edition.texts if (each.at, each.source) not in used.keys() | taken_back]
    texts = (*used.values(), *left[-MOST_LEFT:])
    return edition.model_copy(update={"texts": texts})


def _problems(
    document: Document, entries: Mapping[str, TextInEdition], wanted: Mapping[str, str]
) -> dict[str, str]:
    """Why some of these translations cannot stand where their texts do, by their keys."""
    made = {key: _made(entries[key], text) for key, text in wanted.items() if text}
    edition = Edition.model_construct(language="und", texts=tuple(made.values()))
    alone = document.model_copy(update={"editions": (edition,), "language": None})
    try:
        read(full_json(in_edition(alone, "und").document))
    except DocumentInvalid as error:
        used = {entry.text.path: entry.translation for entry in texts_in(alone, edition)}
        keys = {(each.at, each.source): key for key, each in made.items()}
        found = ((used.get(path), sentence) for path, sentence in error.fields.items())
        # What else is wrong with the issue is not for translators to mend.
        return {keys[each.at, each.source]: sentence for each, sentence in found if each is not None}
    return {}


def _made(entry: TextInEdition, text: str) -> Translation:
    return Translation.model_construct(at=entry.text.at, source=entry.text.value, text=text)


def _cleaned(text: str) -> str:
    """`text` with plain line breaks, without blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def count_progress(document: Document, language: str) -> dict[Progress, int]:
    """How many texts of an edition are translated, out of date, missing."""
    edition = find_edition(document, language)
    found = dict.fromkeys(Progress, 0)
    for entry in texts_in(document, edition) if edition else ():
        found[entry.progress] += 1
    return found
