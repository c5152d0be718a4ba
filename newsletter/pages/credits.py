"""The caption of a picture and who is to be credited, which pages often write in one sentence."""

import re

from newsletter.pages.bylines import looks_like_names
from newsletter.pages.credit_patterns import (
    AGENCY_IN,
    ANY_LABEL,
    BRACKETED,
    CAPTION_LABEL,
    DASH,
    ENDINGS,
    FOTO,
    FOTO_NAME,
    KNOWN_HOUSES,
    LABEL,
    LABELLED,
    LEADING_LABEL,
    NAME_AND_OUTLET,
    NAME_WITH_HOUSE,
    NO_NAME,
    ONLY_LABEL,
    RIGHTS,
    SEPARATED,
    WIDE_LETTERS,
    YEAR,
)
from newsletter.pages.plain import NAME, PARAGRAPH, letters, plain_line


def split_credit(text: object) -> tuple[str, str]:
    """Caption and credit of a picture's text; without “Photo:”, “©” and brackets around the credit."""
    line = split_caption_label(plain_line(text, PARAGRAPH))
    forms = (find_label, _find_bracketed, _find_separated, _find_ending)
    return next((split for form in forms if (split := form(line))), (line, ""))


def find_label(line: str) -> tuple[str, str] | None:
    """What stands before “Photo:” and the name after it; None where there is no such label, or no name."""
    labelled = LABELLED.search(line)
    if labelled is None:
        return None
    name = clean_credit(labelled["name"])
    before = _trim(line[: labelled.start()])
    if re.search(r"\bby\s*$", labelled["label"], re.IGNORECASE) and name[:1].islower():
        return None  # “a picture by her son”
    if not before and _is_sentence(name):  # “Image: ” stands before the whole caption
        return find_label(labelled["name"])
    return (before, name) if name else None


def _find_bracketed(line: str) -> tuple[str, str] | None:
    bracketed = BRACKETED.search(line)
    if bracketed and _is_credit(bracketed[1]):
        return _trim(line[: bracketed.start()]), clean_credit(bracketed[1])
    return None


def _find_separated(line: str) -> tuple[str, str] | None:
    separated = SEPARATED.search(line)
    if separated and not NO_NAME.search(separated[0]):
        name = next(group for group in separated.groups() if group)
        return _trim(line[: separated.start()]), clean_credit(name)
    return None


def _find_ending(line: str) -> tuple[str, str] | None:
    found = next((ending for form in ENDINGS if (ending := form.search(line))), None)
    if not found and (named := FOTO_NAME.search(line)) and looks_like_names(named[1]):
        found = named
    if not found and (dash := DASH.search(line)) and is_house(dash[1]):
        found = dash
    return (_trim(line[: found.start()]), clean_credit(found[1])) if found else None


def _is_sentence(text: str) -> bool:
    """Whether half of the words of `text` begin with a small letter, as they do not in names."""
    small = [word[0].islower() for word in re.findall(r"[^\W\d_][\w’'-]*", text)]
    return len(small) > 2 and sum(small) * 2 >= len(small)


def join_pieces(pieces: list[str]) -> tuple[str, str]:
    """Caption and credit of a text that its page marks up in pieces, one of which may be the credit alone."""
    caption, credit = [], ""
    pieces = _merge_split_credits(pieces)
    for number, piece in enumerate(pieces):
        is_last = bool(number) and number == len(pieces) - 1
        if is_house(piece) or (is_last and NAME_WITH_HOUSE.fullmatch(piece)):
            rest, name = "", clean_credit(piece)
        else:
            rest, name = split_credit(piece)
        if not name and len(pieces) > 1 and (_is_credit(piece) or (is_last and _is_only_a_name(piece))):
            rest, name = "", clean_credit(piece)
        caption.append(rest)
        credit = credit or name
    return _trim(" ".join(part for part in caption if part)), credit


def is_house(text: str) -> bool:
    """Whether `text` is nothing but an agency or archive, perhaps with a photographer: “Jane Doe / AFP”."""
    names = [name.strip() for name in text.split("/")]
    known = [name.casefold() in KNOWN_HOUSES for name in names]
    return any(known) and all(
        is_known or (looks_like_names(name) and len(name.split()) <= 4 and name[-1].isalpha())
        for name, is_known in zip(names, known, strict=True)
    )


def _merge_split_credits(pieces: list[str]) -> list[str]:
    """`pieces` with those joined that are one credit: a label and its name, two names around a slash."""
    merged: list[str] = []
    for piece in pieces:
        is_continued = merged and (ONLY_LABEL.fullmatch(merged[-1]) or merged[-1].endswith("/"))
        if is_continued or (merged and piece.startswith("/") and not split_credit(merged[-1])[1]):
            merged[-1] = f"{merged[-1]} {piece}"
        else:
            merged.append(piece)
    return merged


def clean_credit(text: object) -> str:
    """The name of what a page marks as credit; "" where that is only an address."""
    line = plain_line(text, PARAGRAPH)
    for _ in range(3):
        line = LEADING_LABEL.sub("", line)
    line = FOTO.sub("", line) if FOTO.match(line) and "/" not in line.split(" ")[1] else line
    line = ANY_LABEL.sub("", line)
    line = RIGHTS.sub("", line).lstrip("-–—/|,· ").translate(WIDE_LETTERS)
    line = YEAR.sub("", line.strip(" .,;:|)]）】([。")).strip(" .,;:|。")
    line += ")" * (line.count("(") > line.count(")"))
    if re.match(r"(?:https?://|www\.)\S+$", line) or len(line) > NAME or not letters(line):
        return ""
    return line


def split_caption_label(caption: str) -> str:
    """`caption` without the word that says that it is one, which some pages keep for screen readers."""
    return CAPTION_LABEL.sub("", caption)


def without_credit(caption: str, credit: str) -> str:
    """`caption` without the credit that a page repeats at its end."""
    base, repeated = split_credit(caption)
    if repeated and letters(repeated) == letters(credit):
        return base
    if credit and caption.endswith(credit):
        rest = caption[: -len(credit)]
        return _trim(re.sub(rf"[\s(|/–—-]*(?:{LABEL})?\s*$", "", rest, flags=re.IGNORECASE))
    return caption


def _is_only_a_name(text: str) -> bool:
    """Whether a piece that stands alone after a caption is a name, such as “Jane Doe” or “Getty Images”."""
    words = text.split()
    return 2 <= len(words) <= 5 and looks_like_names(text) and not NO_NAME.search(text) and text[-1].isalpha()


def _is_credit(text: str) -> bool:
    if text.casefold() in KNOWN_HOUSES:
        return True
    if FOTO.match(text) and len(text.split()) <= 8:
        return True
    if AGENCY_IN.search(text) and len(text.split()) <= 8:
        return True
    capitals = sum(1 for word in re.split(r"[\s/]+", text) if word[:1].isupper())
    return capitals >= 3 and NAME_AND_OUTLET.fullmatch(text) is not None


def _trim(caption: str) -> str:
    return caption.strip().rstrip("|/–—-([（【,、，").strip()
