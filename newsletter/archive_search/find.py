"""Which issues have all of some phrases, asked in the words of either database."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Select, cast, column, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from newsletter.archive_search.models import ArchiveText
from newsletter.archive_search.query import Phrase

_index = table("archive_text_index", column("rowid", BigInteger), column("words"))
_word_set: ColumnElement[str] = literal_column("archive_text.word_set", TSVECTOR)


def issues_with(session: Session, phrases: Sequence[Phrase]) -> Select[int]:
    """The ids of the issues in whose texts all of `phrases` are (at least one, from `parse_query`).

    Words hold letters and digits only, so that nothing in them means anything to either database.
    """
    if session.get_bind().dialect.name == "postgresql":
        return _in_postgresql(phrases)
    match = " ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
    return select(_index.c.rowid).where(_index.c.words.op("MATCH")(match))


def _in_postgresql(phrases: Sequence[Phrase]) -> Select[int]:
    """Phrases are looked up in the text: a `tsvector` forgets where words stand that are frequent, or far on.

    https://www.postgresql.org/docs/current/textsearch-limitations.html
    """
    words = dict.fromkeys(word for phrase in phrases for word in phrase)
    all_words = " & ".join(f"'{word}'" for word in words)
    together = (ArchiveText.words.contains(f" {' '.join(phrase)} ") for phrase in phrases if len(phrase) > 1)
    has_words = _word_set.bool_op("@@")(cast(all_words, TSQUERY))
    return select(ArchiveText.issue_id).where(has_words, *together)
