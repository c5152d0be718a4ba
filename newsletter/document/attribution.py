"""The words that say who reported something, made from the fields of its provenance and never typed twice.

All answers are Markdown, to be rendered by `richtext`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from newsletter.core.bidi import has_rtl, isolated
from newsletter.core.i18n import direction, language
from newsletter.document.merge import mask
from newsletter.document.provenance import Provenance, Style
from newsletter.document.richtext import escape

WriteDay = Callable[[date], str]

_LIST_ENTRY = re.compile(r"\s*(?:[-+*]|\d+[.)])\s")
# English words that are never a name when a small letter follows them, so that they may lose their capital.
_OPENERS = re.compile(
    r"(?:A|About|After|All|An|And|Another|As|At|Because|Before|Both|But|By|Despite|Dozens|During|Each|"
    r"Every|Few|For|Four|From|He|Her|His|How|Hundreds|If|In|It|Its|Many|More|Most|My|Nearly|New|No|Not|On|One|"
    r"Only|Our|Over|People|Several|She|Since|Six|Some|Ten|That|The|Their|There|These|They|This|Those|Thousands|"
    r"Three|Two|Under|Until|We|What|When|Where|While|Why|With|Within|Without|You|Your)(?= [^\W\d_])"
)
# What keeps its capital inside a sentence, whatever it is: NATO, iPhone, I.
_KEEPS = re.compile(r"(?:I|[^\W\d_]*[^\W\d_][A-Z]\w*)(?=[\s’'-])")


@dataclass(frozen=True)
class Phrasing:
    """How outlets are named: `translate` answers the phrase of an English one in `language`, a BCP 47 tag.

    With a `url` the outlet is a link to it.
    """

    translate: Callable[[str], str] = str
    language: str = "en"
    url: str = ""

    @property
    def is_english(self) -> bool:
        """Whether the rules of English sentences hold: which words may be names, where a comma stands."""
        return language(self.language) == "en"

    def isolated(self, text: str) -> str:
        """`text` so that its direction and that of the words around it do not disturb each other (UAX #9)."""
        if has_rtl(text) or direction(self.language) == "rtl":
            return isolated(text)
        return text


ENGLISH = Phrasing()


def phrase(provenance: Provenance, phrasing: Phrasing = ENGLISH) -> str:
    """The bare phrase: `reported *X*`, `According to *X*` or `*X*`; empty without an outlet."""
    if not provenance.outlet.strip():
        return ""
    translate = phrasing.translate
    patterns = {
        Style.OUTLET: "%(outlet)s",
        Style.REPORTED: translate("reported %(outlet)s"),
        Style.ACCORDING_TO: translate("According to %(outlet)s"),
    }
    return patterns[provenance.style] % {"outlet": _outlet(provenance, phrasing)}


def attributed(blurb: str, provenance: Provenance, phrasing: Phrasing = ENGLISH) -> str:
    """The blurb with its outlet woven in: `…, reported *X*.` or `According to *X*, …`.

    With the style “outlet”, and without an outlet, the blurb stays as it is: `source_line` names the outlet.
    """
    text = blurb.strip()
    if not provenance.outlet.strip() or provenance.style is Style.OUTLET:
        return text
    if not text or _LIST_ENTRY.match(_last_paragraph(text).rpartition("\n")[2]):
        return f"{text}\n\n{_alone(provenance, phrasing)}".strip()
    if provenance.style is Style.ACCORDING_TO:
        return _according_to(text, provenance, phrasing)
    body, pattern = _opened(text, phrasing)
    return pattern % {"blurb": body, "outlet": _outlet(provenance, phrasing)}


def source_line(provenance: Provenance, write_day: WriteDay = str, phrasing: Phrasing = ENGLISH) -> str:
    """The line under a blurb, `*X* · By Ana Ruiz · 12 May 2026`: what is known and not said in the blurb."""
    parts: list[str] = []
    if provenance.outlet.strip() and provenance.style is Style.OUTLET:
        parts.append(_outlet(provenance, phrasing))
    byline = re.sub(r"^by\s+", "", provenance.byline.strip(), flags=re.IGNORECASE)
    if byline:
        parts.append(phrasing.translate("By %(byline)s") % {"byline": phrasing.isolated(escape(byline))})
    if provenance.published:
        parts.append(phrasing.isolated(escape(write_day(provenance.published))))
    return " · ".join(parts)


def _according_to(text: str, provenance: Provenance, phrasing: Phrasing) -> str:
    outlet = _outlet(provenance, phrasing)
    if _LIST_ENTRY.match(text):
        return f"{phrase(provenance, phrasing)}:\n\n{text}"
    if not phrasing.is_english:
        # Elsewhere the verb would have to change its place: the outlet stands before a sentence of its own.
        return phrasing.translate("According to %(outlet)s: %(blurb)s") % {"outlet": outlet, "blurb": text}
    continued = _continued(text)
    return f"According to {outlet}, {continued}" if continued else f"{outlet}: {text}"


def _outlet(provenance: Provenance, phrasing: Phrasing) -> str:
    name = f"*{phrasing.isolated(escape(provenance.outlet.strip()))}*"
    return f"[{name}](<{_in_markdown(phrasing.url)}>)" if phrasing.url else name


def _in_markdown(url: str) -> str:
    """`url` such that no entity is seen in it; merge fields stay what they are."""
    masked = mask(url)
    return masked.restore(masked.text.replace("&", "&amp;"))


def _alone(provenance: Provenance, phrasing: Phrasing) -> str:
    pattern = phrasing.translate("As reported by %(outlet)s.")
    return pattern % {"outlet": _outlet(provenance, phrasing)}


def _last_paragraph(text: str) -> str:
    return re.split(r"\n\s*\n", text)[-1]


def _continued(text: str) -> str:
    """`text` as the second half of an English sentence; empty where its first word may be a name, or not."""
    opener = _OPENERS.match(text)
    if opener and text[opener.end() + 1].islower():
        return text[0].lower() + text[1:]
    return text if not text[0].isupper() or _KEEPS.match(text) else ""


def _opened(text: str, phrasing: Phrasing) -> tuple[str, str]:
    """`text` without its final full stop, and the pattern that joins the outlet to what it ends with."""
    translate = phrasing.translate
    quoted = re.search(r"(?<![.…])\.([”’\"']+)$", text)
    if quoted and phrasing.is_english:
        return f"{text[: quoted.start()]},{quoted[1]}", "%(blurb)s reported %(outlet)s."
    if text.endswith(".") and not text.endswith(".."):
        return text[:-1], translate("%(blurb)s, reported %(outlet)s.")
    if text[-1].isalnum() or text[-1] in ")]":
        return text, translate("%(blurb)s, reported %(outlet)s.")
    return text, translate("%(blurb)s (reported %(outlet)s)")
