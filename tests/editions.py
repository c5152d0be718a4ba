"""One issue in English, German and Arabic, with sections for two topics."""

from typing import Any

from newsletter.document import Document
from newsletter.document.reading import read

WORDS = {
    "en": {"all": "Words for everybody.", "sport": "Only about sport.", "opera": "Only about opera."},
    "de": {"all": "Worte für alle.", "sport": "Nur vom Sport.", "opera": "Nur von der Oper."},
    "ar": {"all": "كلمات للجميع.", "sport": "عن الرياضة فقط.", "opera": "عن الأوبرا فقط."},
}
SUBJECTS = {"en": "This week", "de": "Diese Woche", "ar": "هذا الأسبوع"}


def an_edition(language: str, *, without: str = "") -> dict[str, Any]:
    texts = [
        {"at": f"{section}.text", "source": WORDS["en"][section], "text": WORDS[language][section]}
        for section in WORDS["en"]
        if section != without
    ]
    titles = [
        {"at": at, "source": SUBJECTS["en"], "text": SUBJECTS[language]}
        for at in ("title", "subject", "preheader")
    ]
    return {"language": language, "texts": [*titles, *texts]}


def the_document(**facts: Any) -> Document:
    sections = [
        {"type": "text", "id": "all", "text": WORDS["en"]["all"]},
        *(
            {"type": "text", "id": topic, "text": WORDS["en"][topic], "visibility": {"topics": [topic]}}
            for topic in ("sport", "opera")
        ),
    ]
    said = {"title": SUBJECTS["en"], "subject": SUBJECTS["en"], "preheader": SUBJECTS["en"]}
    editions = [an_edition("de"), an_edition("ar")]
    return read({**said, "sections": sections, "editions": editions} | facts)
