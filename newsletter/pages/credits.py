"""The caption of a picture and who is to be credited, which pages often write in one sentence."""

import re

from newsletter.pages.bylines import AGENCIES, looks_like_names
from newsletter.pages.plain import NAME, PARAGRAPH, letters, plain_line

_LABEL = (
    r"(?:photo|image|picture|file photo)s?\s+credits?\s*[:：]|(?:photo|image)s?\s+courtesy(?:\s+of)?\s*:?|"
    r"courtesy(?:\s+of|:)|(?:photograph|photo|image|picture|illustration|graphic)s?\s+by\s*:?|"
    r"(?:photographer|photograph|photography|photo|pic|pix|image|picture|illustration|credits?|copyright|"
    r"source)s?\s*[:：]|"
    r"(?:©|\(c\)|ⓒ|copyright\s+©?)|"
    r"(?:symbol|archiv)?(?:foto|bild|grafik)(?:quelle|nachweis|credit)?s?\s*[:：]|foto\s+(?:von|di|de|"
    r"por)\s|"
    r"(?:fotoğraf|fotografie|fot|zdjęcie|beeld|kuva|kuvat|fotó|φωτογραφία|світлина|fotògraf|"
    r"fotograf)\.?\s*[:：]|"
    r"(?:사진|자료사진)\s*[=:：]|"
    r"image source,|(?:quelle|bildrechte)\s*[:：]|"
    r"(?:crédits?|photographie|photographe|illustration|photo|image)(?:\s+(?:photo|image)s?)?\s*[:：]|"
    r"(?:fotografía|fotografia|imagen|imagem|immagine|créditos?|crediti|credito|fuente|fonte|arquivo)"
    r"(?:\s+(?:de|di|por|foto)\b)?\s*[:：]|fotograf[ií]a\s+(?:de|di)\s|"
    r"(?:фото|фотография|иллюстрация|автор фото|источник фото)\s*[:：©]+|"
    r"(?:الصورة|صورة|تصوير|المصدر|مصدر الصورة)\s*[:：]|(?:צילום|קרדיט|תמונה)\s*[:：]|"
    r"(?:写真|撮影|提供|画像|クレジット|写真提供)\s*[:：=＝／・]|"
    r"(?:图片来源|图源|摄影|图片|供图|圖片來源|攝影|摄)\s*[:：／/]"
)
_LABELLED = re.compile(
    rf"(?:^|(?<=[.!?…”\"»«,;|/()\[（【。、\s–—-]))\s*[(\[（【]?\s*(?P<label>{_LABEL})\s*(?P<name>.+)$",
    re.IGNORECASE,
)
_LEADING_LABEL = re.compile(rf"^[\s(\[（【|/–—-]*(?:{_LABEL})\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,100})[)\]）】][.。]?$")
_AGENCY = "|".join(re.escape(agency) for agency in AGENCIES)
_AGENCY_IN = re.compile(rf"(?<!\w)(?:{_AGENCY})(?!\w)")
_AT_END = re.compile(
    rf"(?<=[.!?…”\"»。])\s+((?:[^\W\d_][\w.’'-]*\s){{0,4}}[\w.’'-]*\s?(?:/|via)\s?(?:{_AGENCY})|"
    rf"(?:{_AGENCY}|"
    rf"[A-Z]{{2,12}})\s?/\s?[^\W\d_][\w.’'-]*(?:\s[^\W\d_][\w.’'-]*){{0,4}}(?:/File Photo)?)[.]?$"
)
# “A ferry. | Jane Doe”, “A ferry - Jane Doe/Gazette”, “A ferry - PORT OFFICE - Archive” of agencies that set
# names in capitals.
_SEPARATED = re.compile(
    r"\s[|｜]\s*([^|｜]{3,80})$|"
    r"\s[-–—]\s([^\W\d_][\w.’'-]*(?:\s[\w.’'-]+){0,4}\s?/\s?[^\Wa-zà-ÿ\d_][\w.’' -]{1,40})$|"
    r"\s[-–—]\s([^\Wa-zà-ÿ\d_][^a-zà-ÿ\d]{4,80}?)(?:\s[-–—]\s(?:Archivo|Archiv|Archive|File|Archivio))?$"
)
_TAKEN_BY = re.compile(r"(?<=[、。＝，])\s*([^、。＝，]{2,20}?)(?:氏)?\s?(?:撮影|提供|摄)[。]?$")
_NAME_AND_OUTLET = re.compile(r"[^\W\d_][\w .’'-]+\s?/\s?[^\W\d_][\w .’'-]+")
_AGENCIES = frozenset(agency.casefold() for agency in AGENCIES)
_NO_NAME = re.compile(
    r"\d|\b(?:gallery|photos?|images?|video|caption|more|share|close|enlarge|next|read|view|open)\b",
    re.IGNORECASE,
)
_FOTO = re.compile(r"(?:Foto|Fotos|Photo|Photos|FOTO|PHOTO)\s+(?=[^\W\d_])")
_ANY_LABEL = re.compile(
    r"^\w[\w\u0300-\u036f\u0900-\u0dff]{1,14}\s?[:：]\s+"
)  # “फोटो: ” in an element that is a credit
_CAPTION_LABEL = re.compile(r"^(?:image caption,|bildunterschrift:|légende\s*:|caption:)\s*", re.IGNORECASE)
_YEAR = re.compile(r"^(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?[,\s]+|[,\s]+(?:19|20)\d\d$")


def split_credit(text: object) -> tuple[str, str]:
    """Caption and credit of a picture's text; without “Photo:”, “©” and brackets around the credit."""
    line = split_caption_label(plain_line(text, PARAGRAPH))
    if labelled := _LABELLED.search(line):
        name = clean_credit(labelled["name"])
        if name:
            return _trim(line[: labelled.start()]), name
    bracketed = _BRACKETED.search(line)
    if bracketed and _is_credit(bracketed[1]):
        return _trim(line[: bracketed.start()]), clean_credit(bracketed[1])
    separated = _SEPARATED.search(line)
    if separated and not _NO_NAME.search(separated[0]):
        name = next(group for group in separated.groups() if group)
        return _trim(line[: separated.start()]), clean_credit(name)
    if (at_end := _AT_END.search(line)) or (at_end := _TAKEN_BY.search(line)):
        return _trim(line[: at_end.start()]), clean_credit(at_end[1])
    return line, ""


def join_pieces(pieces: list[str]) -> tuple[str, str]:
    """Caption and credit of a text that its page marks up in pieces, one of which may be the credit alone."""
    caption, credit = [], ""
    for number, piece in enumerate(pieces):
        rest, name = split_credit(piece)
        is_last = number and number == len(pieces) - 1
        if not name and len(pieces) > 1 and (_is_credit(piece) or (is_last and _is_only_a_name(piece))):
            rest, name = "", clean_credit(piece)
        caption.append(rest)
        credit = credit or name
    return _trim(" ".join(part for part in caption if part)), credit


def clean_credit(text: object) -> str:
    """The name of what a page marks as credit; "" where that is only an address."""
    line = plain_line(text, PARAGRAPH)
    for _ in range(3):
        line = _LEADING_LABEL.sub("", line)
    line = _FOTO.sub("", line) if _FOTO.match(line) and "/" not in line.split(" ")[1] else line
    line = _ANY_LABEL.sub("", line)
    line = re.sub(r"\s*\.?\s*all rights reserved\.?$", "", line, flags=re.IGNORECASE)
    line = _YEAR.sub("", line.strip(" .,;:|)]）】([。")).strip(" .,;:|。")
    if re.match(r"(?:https?://|www\.)\S+$", line) or len(line) > NAME or not letters(line):
        return ""
    return line


def split_caption_label(caption: str) -> str:
    """`caption` without the word that says that it is one, which some pages keep for screen readers."""
    return _CAPTION_LABEL.sub("", caption)


def without_credit(caption: str, credit: str) -> str:
    """`caption` without the credit that a page repeats at its end."""
    base, repeated = split_credit(caption)
    if repeated and letters(repeated) == letters(credit):
        return base
    if credit and caption.endswith(credit):
        rest = caption[: -len(credit)]
        return _trim(re.sub(rf"[\s(|/–—-]*(?:{_LABEL})?\s*$", "", rest, flags=re.IGNORECASE))
    return caption


def _is_only_a_name(text: str) -> bool:
    """Whether a piece that stands alone after a caption is a name, such as “Jane Doe” or “Getty Images”."""
    words = text.split()
    return (
        2 <= len(words) <= 5 and looks_like_names(text) and not _NO_NAME.search(text) and text[-1].isalpha()
    )


def _is_credit(text: str) -> bool:
    if text.casefold() in _AGENCIES:
        return True
    if _FOTO.match(text) and len(text.split()) <= 8:
        return True
    if _AGENCY_IN.search(text) and len(text.split()) <= 8:
        return True
    capitals = sum(1 for word in re.split(r"[\s/]+", text) if word[:1].isupper())
    return capitals >= 3 and _NAME_AND_OUTLET.fullmatch(text) is not None


def _trim(caption: str) -> str:
    return caption.strip().rstrip("|/–—-([（【,、，").strip()
