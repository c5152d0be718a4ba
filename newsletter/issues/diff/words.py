"""Compare two texts word by word.

Each word becomes one character, the way diff-match-patch compares lines; the longest common subsequence of
those is found by rapidfuzz in O(n·m / 64) steps. Texts are at most 20,000 characters long.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from newsletter.issues.diff.change import Change, Piece

# Each character of a script that sets no blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[^\W{_UNSPACED}]+\s*|[{_UNSPACED}]|\s+|.", re.DOTALL)
_BLANKS_AT_END = re.compile(r"\s*\Z")
_FIRST_CODE = 0xF0000  # the private use planes have room for every word of two texts
# With less in common than this, the texts are shown one after the other.
_LEAST_IN_COMMON = 0.3


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts: without the removed ones they are `after`, without the added ones `before`.

    Texts without a blank (addresses, dates, numbers) and texts that have little in common are compared as a
    whole.
    """
    if before == after:
        return (Piece(Change.SAME, before),) if before else ()
    if before and after and not _are_single_words(before, after):
        runs = _joined(_runs(before, after))
        if sum(len(run.same) for run in runs) >= _LEAST_IN_COMMON * min(len(before), len(after)):
            return tuple(_pieces(runs))
    return tuple(_pieces([_Run(before, after, "")]))


def shorten(pieces: tuple[Piece, ...], around: int = 160) -> tuple[Piece, ...]:
    """`pieces` with long common runs cut to `around` characters beside a difference, and `…` for the rest."""
    last = len(pieces) - 1
    return tuple(
        Piece(piece.change, _middle_cut(piece.text, around, first=index == 0, last=index == last))
        if piece.change is Change.SAME
        else piece
        for index, piece in enumerate(pieces)
    )


@dataclass(frozen=True)
class _Run:
    """A change, and what both texts have in common behind it."""

    removed: str
    added: str
    same: str


def _are_single_words(before: str, after: str) -> bool:
    """Whether both are an address, a number or a name; in unspaced scripts each character is a word."""
    return not re.search(rf"[\s{_UNSPACED}]", before + after)


def _runs(before: str, after: str) -> list[_Run]:
    """The changes in order. The texts are compared with a blank at their ends: every other word has one."""
    old, new = _WORD.findall(f"{before} "), _WORD.findall(f"{after} ")
    codes = {word: chr(_FIRST_CODE + number) for number, word in enumerate(dict.fromkeys([*old, *new]))}
    steps = LCSseq.opcodes("".join(codes[word] for word in old), "".join(codes[word] for word in new))
    runs: list[_Run] = []
    removed = added = ""
    for step in steps:
        if step.tag == "equal":
            runs.append(_Run(removed, added, "".join(new[step.dest_start : step.dest_end])))
            removed = added = ""
        else:
            removed += "".join(old[step.src_start : step.src_end])
            added += "".join(new[step.dest_start : step.dest_end])
    return _without_last_blank([*runs, _Run(removed, added, "")])


def _without_last_blank(runs: list[_Run]) -> list[_Run]:
    *earlier, last = runs
    if not (last.removed or last.added):
        earlier[-1] = _Run(earlier[-1].removed, earlier[-1].added, earlier[-1].same[:-1])
    elif last.removed and last.added:
        last = _Run(last.removed[:-1], last.added[:-1], "")
    else:  # words were only added or removed at the end: the blank before them goes with them
        earlier[-1] = _Run(earlier[-1].removed, earlier[-1].added, earlier[-1].same[:-1])
        last = _Run(_with_blank_before(last.removed), _with_blank_before(last.added), "")
    return [*earlier, last]


def _with_blank_before(words: str) -> str:
    return f" {words[:-1]}" if words else ""


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """Two changes are one where what stands between them is half as long: nobody reads such scraps."""
    joined = [runs[0]]
    for run in runs[1:]:
        between = joined[-1]
        shorter = min(_length(between), _length(run))
        if 0 < 2 * len(between.same) <= shorter:
            scrap = between.same
            joined[-1] = _Run(
                between.removed + scrap + run.removed, between.added + scrap + run.added, run.same
            )
        else:
            joined.append(run)
    return joined


def _length(run: _Run) -> int:
    return max(len(run.removed), len(run.added))


def _pieces(runs: Sequence[_Run]) -> Iterator[Piece]:
    same = ""
    for run in runs:
        removed, added, behind = _without_common_blanks(run)
        if removed or added:
            yield from _piece(Change.SAME, same)
            yield from _piece(Change.REMOVED, removed)
            yield from _piece(Change.ADDED, added)
            same = ""
        same += behind
    yield from _piece(Change.SAME, same)


def _without_common_blanks(run: _Run) -> tuple[str, str, str]:
    """Blanks at the end of both texts of a change are not part of it."""
    blanks = [match[0] for text in (run.removed, run.added) if (match := _BLANKS_AT_END.search(text))]
    if not blanks[0] or blanks[0] != blanks[1]:
        return run.removed, run.added, run.same
    return run.removed[: -len(blanks[0])], run.added[: -len(blanks[0])], blanks[0] + run.same


def _piece(change: Change, text: str) -> Iterator[Piece]:
    if text:
        yield Piece(change, text)


def _middle_cut(text: str, around: int, *, first: bool, last: bool) -> str:
    """`text` without its middle; at the beginning and the end of a text nothing has to be kept."""
    start = "" if first else text[:around]
    end = "" if last else text[-around:]
    if len(text) <= len(start) + len(end) + around:
        return text
    return f"{start.rstrip()}{' ' if start else ''}…{' ' if end else ''}{end.lstrip()}"
