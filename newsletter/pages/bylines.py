"""The people who wrote a page, without “By” and without what stands around them."""

import re
from collections.abc import Iterable

from newsletter.pages.plain import NAME, letters, plain_line

AGENCIES = (
    "AP", "Associated Press", "Reuters", "AFP", "Agence France-Presse", "dpa", "EFE", "ANSA", "PA",
    "PA Media", "Press Association", "Kyodo", "TASS", "Xinhua", "Bloomberg", "UPI", "EPA",
    "Lusa", "KNA", "epd", "APA",
    "Belga", "ANP", "NTB", "TT", "Ritzau", "Canadian Press", "AAP", "Europa Press", "Adnkronos", "Interfax",
    "SID", "Jiji", "ATS", "Keystone-SDA", "Getty", "Getty Images", "رويترز", "أ ف ب", "РИА Новости", "ТАСС",
    "共同", "時事", "新华社", "路透社", "法新社",
)  # fmt: skip
_BY = re.compile(
    r"^\W*(?:(?:written|words|story|reported|reporting|posted|published|article|text|report) by|by|"
    r"author|authors|byline)\b\s*:?\s*",
    re.IGNORECASE,
)
# What stands before a name in the page's text, by language; some of these begin names too (“De Niro”),
# so that they are taken away only from what people see, in pages of that language.
_WORDS = {
    "de": r"(?:ein (?:artikel|kommentar|bericht|gastbeitrag) von|text|autorin|autor|autoren|von)",
    "fr": r"(?:propos recueillis par|écrit par|publié par|rédigé par|auteur|autrice|par)",
    "es": r"(?:escrito por|texto|autora|autor|por)",
    "pt": r"(?:escrito por|texto|autora|autor|por)",
    "it": r"(?:a cura d(?:i|el|ella|ell['’])|scritto da|testo di|autore|di)",
    "nl": r"(?:geschreven door|door|auteur)",
    "sv": r"(?:text|av)", "da": r"(?:skrevet af|af)", "no": r"(?:skrevet av|av)", "nb": r"(?:skrevet av|av)",
    "pl": r"(?:autorka|autor|tekst)", "ca": r"(?:per|text)", "ro": r"(?:de|autor)", "fi": r"(?:teksti)",
    "ru": r"(?:автор(?:ы)?(?: текста)?|текст|корреспондент)", "uk": r"(?:автор(?:ка)?|текст)",
    "ar": r"(?:بقلم|كتبت|كتب|تحرير|إعداد|المصدر)",
    "he": r"(?:מאת)",
}  # fmt: skip
_EAST_ASIAN = re.compile(
    r"^(?:取材・文|文・写真|執筆者?|著者|筆者|記者|文|作者|记者|本报记者|撰文|責任編集|글|"
    r"기자)\s*[:：=＝/／]\s*"
)
# Before a name in running text near the headline.
VISIBLE_BY = re.compile(r"^\s*(?:By|BY|Von|VON|Par|Por|Di|Door|Av|Автор:|Текст:|بقلم|מאת)[\s:]+\S")
_SEPARATOR = re.compile(
    r"\s*(?:[|•·●▪–—]|\s-\s|;|\bpublished\b|\bupdated\b|\bposted\b|\blast modified\b|veröffentlicht|"
    r"aktualisiert|"
    r"publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|опубликовано|نُشر|تاريخ النشر)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:staff|senior|chief|political|foreign|business|science|environment|health|education|sports?|"
    r"culture|"
    r"special|our|the|a|an)?[\w\s’'&-]*\b(?:reporter|editor|correspondent|writer|columnist|journalist|"
    r"critic|"
    r"redakteurin|redakteur|korrespondentin|korrespondent|reporterin|journaliste|correspondante?|rédacteur|"
    r"rédactrice|redactora?|corresponsal|periodista|repórter|jornalista|giornalista|inviat[oa]|"
    r"корреспондент|"
    r"contributor|producer|fellow)\b.*",
    re.IGNORECASE,
)
_NO_NAME_WORDS = frozenset(["or", "by", "of", "to", "from", "not", "until", "when", "how", "why", "what"])
_PARTICLES = frozenset(
    [
        "and",
        "with",
        "in",
        "for",
        "und",
        "mit",
        "et",
        "avec",
        "y",
        "e",
        "con",
        "com",
        "en",
        "og",
        "och",
        "van",
        "von",
        "de",
        "der",
        "den",
        "da",
        "do",
        "dos",
        "di",
        "del",
        "della",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "и",
        "с",
        "ter",
        "ten",
        "zu",
        "af",
    ]
)
_NO_PERSON = re.compile(
    r"(?:admin|administrator|webmaster|root|wordpress|editor|author|user\d*|anonymous|guest)"
)
_DOMAIN = re.compile(r"\.(?:[a-z]{2,3}|[A-Z]{2,3})$")
_SITE_WORDS = re.compile(r"^the|(?:online|web|news|com|网|在线|オンライン|電子版|デジタル)$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|(?<!\w)@\w+")
_IMAGE_WORDS = re.compile(r"^(?:photo|image|foto|bild|video|illustration|graphic)s?\b", re.IGNORECASE)
_READING_TIME = re.compile(r"\b\d+\s*min(?:ute)?s?\b.*", re.IGNORECASE)


def clean_author(value: object, outlet: str = "") -> str:
    """One name from a page's metadata, or "" for what names nobody: addresses, the outlet itself, “admin”."""
    name = plain_line(value, NAME)
    name = _ADDRESS.sub(" ", _BY.sub("", name))
    name = " ".join(name.split()).strip(" ,;:|()-–")
    return "" if _names_nobody(name, outlet) else name


def clean_visible(value: str, language: str, outlet: str = "") -> str:
    """The names in a line that people see, such as “Von Anna Weiß, Berlin-Korrespondentin | 27. November”."""
    line = plain_line(value, NAME * 3)
    line = strip_by(line, language)
    line = _SEPARATOR.split(line, maxsplit=1)[0]
    line = _READING_TIME.sub("", re.sub(r"\b\d{1,2}[.:/]\s?\d.*|\b\d{4}\b.*", "", _ADDRESS.sub(" ", line)))
    parts = [part.strip() for part in line.split(",")]
    kept = [
        part
        for number, part in enumerate(parts)
        if part and not (number and (_ROLE.fullmatch(part) or _same_outlet(part, outlet)))
    ]
    names = _without_last_small_words(" ".join(", ".join(kept).split()).strip(" ,;:|()-–"))
    if (
        _names_nobody(names, outlet)
        or len(names) > NAME
        or len(names.split()) > 16
        or _IMAGE_WORDS.match(names)
    ):
        return ""
    return names


def _without_last_small_words(names: str) -> str:
    """`names` without what follows them in small letters, such as the month of a date."""
    words = names.split()
    while (
        len(words) > 2
        and words[0][0].isupper()
        and words[-1].islower()
        and not names_agency(words[-1])
        and words[-2] not in _PARTICLES
        and words[-2][-1] != ","
    ):
        words.pop()
    return " ".join(words)


def strip_by(line: str, language: str) -> str:
    """`line` without the word for “by” at its beginning, in English and in `language` (BCP 47)."""
    line = _EAST_ASIAN.sub("", _BY.sub("", line))
    words = _WORDS.get(language[:2].lower())
    if words:
        line = re.sub(rf"^\W*{words}(?:\s*:\s*|\s+)", "", line, flags=re.IGNORECASE)
    return line


def join_names(names: Iterable[str], language: str) -> str:
    """“A, B and C” in English, “A, B, C” in others, of at most 120 characters; nobody is named twice."""
    kept: list[str] = []
    for name in names:
        if name and letters(name) not in [letters(other) for other in kept]:
            kept.append(name)
    while len(", ".join(kept)) > NAME - 5 and len(kept) > 1:
        kept.pop()
    if language[:2].lower() in ("en", "") and len(kept) > 1:
        return f"{', '.join(kept[:-1])} and {kept[-1]}"
    return ", ".join(kept)


def is_role(line: str) -> bool:
    """Whether a line is what somebody does (“Senior reporter”) rather than a name."""
    return _ROLE.fullmatch(line.strip()) is not None


def looks_like_names(line: str) -> bool:
    """Whether each word is one of names: with a capital, a particle, or in a script without capitals."""
    words = [word for word in re.split(r"[\s,&/]+", line) if word]
    if not words or len(words) > 10 or any(word.lower() in _NO_NAME_WORDS for word in words):
        return False
    return all(
        word in _PARTICLES or not word[0].isalpha() or word[0].lower() == word[0].upper() or word[0].isupper()
        for word in words
    )


def names_agency(line: str) -> bool:
    """Whether `line` credits a news agency."""
    return any(re.search(rf"(?<!\w){re.escape(agency)}(?!\w)", line) for agency in AGENCIES)


def prefer_wire_credit(claimed: str, visible: str) -> str:
    """`visible` where it names all of `claimed` and an agency besides: “Jane Doe with AP”; else `claimed`."""
    names = [letters(name) for name in re.split(r",|\band\b", claimed) if letters(name)]
    whole = letters(visible)
    if names and all(name in whole for name in names) and names_agency(visible) and not names_agency(claimed):
        return visible
    return claimed


def _names_nobody(name: str, outlet: str) -> bool:
    if not any(character.isalpha() for character in name) or _NO_PERSON.fullmatch(name.lower()):
        return True
    return bool(outlet) and _same_outlet(name, outlet)


def _same_outlet(name: str, outlet: str) -> bool:
    one, other = (_SITE_WORDS.sub("", letters(_DOMAIN.sub("", text))) for text in (name, outlet))
    return bool(one) and one == other
