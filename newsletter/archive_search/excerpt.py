"""The place of a text where what was looked for stands, in parts that say whether they are a hit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.archive_search.query import Phrase
from newsletter.archive_search.words import Word, fold, words_of

BEFORE, AFTER = 60, 180  # characters of an excerpt around the first hit
SENTENCE = 40  # characters; a shorter line is a name, such as that of an outlet


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def excerpt(text: str, phrases: Sequence[Phrase]) -> list[Part]:
    """Of the line of `text` with most of `phrases` what is around the first of them; else how it begins.

    Of two lines with as many the first is taken, but a sentence rather than a name.
    """
    best, hits = "", list[tuple[int, int]]()
    most = (0, False)
    for line in text.splitlines():
        spans, number = _find(line, phrases)
        worth = (number, len(line) >= SENTENCE)
        if spans and worth > most:
            best, hits, most = line, spans, worth
        if most == (len(phrases), True):
            break
    if not hits:
        return [Part(_cut(text.partition("\n")[0], BEFORE + AFTER))]
    return _around(best, hits)


def marked(line: str, phrases: Sequence[Phrase]) -> list[Part]:
    """The whole of `line` in parts."""
    return list(_parts(line, _find(line, phrases)[0], 0, len(line)))


def _find(line: str, phrases: Sequence[Phrase]) -> tuple[list[tuple[int, int]], int]:
    """Where `phrases` stand in `line`, in order and without overlap; and how many different ones do."""
    folded = fold(line)
    firsts: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        if all(word in folded for word in phrase):
            firsts.setdefault(phrase[0], []).append(phrase)
    if not firsts:  # most lines: their words need not be told apart
        return [], 0
    words = list(words_of(line))
    spans: list[tuple[int, int]] = []
    seen: set[Phrase] = set()
    for at, word in enumerate(words):
        for phrase in firsts.get(word.folded, ()):
            if _stands_at(phrase, words, at):
                seen.add(phrase)
                _add(spans, word.start, words[at + len(phrase) - 1].end)
    return spans, len(seen)


def _stands_at(phrase: Phrase, words: Sequence[Word], at: int) -> bool:
    return phrase == tuple(word.folded for word in words[at : at + len(phrase)])


def _add(spans: list[tuple[int, int]], start: int, end: int) -> None:
    if spans and start < spans[-1][1]:
        spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
    else:
        spans.append((start, end))


def _around(line: str, hits: list[tuple[int, int]]) -> list[Part]:
    first, last = hits[0]
    start = _blank_after(line, max(0, first - BEFORE), first)
    end = _blank_before(line, min(len(line), max(last, first + AFTER)), last)
    parts = list(_parts(line, hits, start, end))
    before, after = "… " if start else "", " …" if end < len(line) else ""
    return [part for part in (Part(before), *parts, Part(after)) if part.text]


def _parts(line: str, hits: list[tuple[int, int]], start: int, end: int) -> Iterator[Part]:
    at = start
    for first, last in hits:
        if last > end:
            break
        if first > at:
            yield Part(line[at:first])
        yield Part(line[first:last], is_hit=True)
        at = last
    if at < end:
        yield Part(line[at:end])


def _blank_after(line: str, start: int, limit: int) -> int:
    """Where a word begins at or after `start`, but not behind `limit`."""
    if start == 0:
        return 0
    blank = line.find(" ", start, limit)
    return blank + 1 if blank >= 0 else start


def _blank_before(line: str, end: int, limit: int) -> int:
    """Where a word ends at or before `end`, but not before `limit`."""
    if end == len(line):
        return end
    blank = line.rfind(" ", limit, end)
    return blank if blank >= 0 else end


def _cut(line: str, length: int) -> str:
    if len(line) <= length:
        return line
    return line[: _blank_before(line, length, 1)].rstrip() + " …"
