"""A link says where it leads, read by itself (WCAG 2.2, 2.4.4; 2.4.9)."""

import re
from collections.abc import Iterator

from newsletter.document.walk import rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_LABEL = re.compile(r"(?<!!)\[([^\[\]]{1,60})\]\(")
_EMPTY_WORDS = frozenset(
    {
        *(
            "click",
            "click here",
            "here",
            "link",
            "this",
            "this link",
            "read more",
            "more",
            "read here",
            "url",
        ),
        *(
            "hier",
            "hier klicken",
            "klicken sie hier",
            "mehr",
            "mehr lesen",
            "weiterlesen",
            "ici",
            "cliquez ici",
        ),
        *(
            "en savoir plus",
            "lire la suite",
            "qui",
            "clicca qui",
            "leggi",
            "leggi di più",
            "aquí",
            "haz clic aquí",
        ),
        *(
            "leer más",
            "aqui",
            "clique aqui",
            "leia mais",
            "hier lezen",
            "klik hier",
            "lees meer",
            "هنا",
            "اضغط هنا",
        ),
    }
)


def examine(draft: Draft) -> Iterator[Remark]:
    for place in rich_texts(draft.document):
        for label in _LABEL.findall(place.value):
            words = " ".join(label.replace("*", "").replace("_", "").split()).strip(" .:!…»→>")
            if words.casefold() in _EMPTY_WORDS:
                yield warning(
                    f"The link “{words}” does not say where it leads: use link text that does.", place.path
                )


LINK_TEXT = Rule(
    "link_text",
    examine,
    about="Link text does not say where the link leads, such as “click here”.",
)
