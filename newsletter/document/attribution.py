"""The words that say who reported something, made from the fields of its provenance and never typed twice.

All answers are Markdown, to be rendered by `richtext`.
"""

import re
from collections.abc import Callable
from datetime import date

from newsletter.document.provenance import Provenance, Style
from newsletter.document.richtext import escape

Translate = Callable[[str], str]
WriteDay = Callable[[date], str]

_LIST_ENTRY = re.compile(r"\s*(?:[-+*]|\d+[.)])\s")
# Words that are never a name when a small letter follows them, so that they may lose their capital.
_OPENERS = re.compile(
    r"(?:A|About|After|All|An|And|Another|As|At|Because|Before|Both|But|By|Despite|Dozens|During|Each|"
    r"Every|Few|For|Four|From|He|Her|Hundreds|If|In|It|Its|Many|More|Most|No|Nearly|New|On|One|Only|"
    r"Over|Several|She|Since|Six|Some|Ten|That|The|Their|There|These|They|This|Those|Thousands|Three|"
    r"Two|Under|Until|What|When|Where|While|With|Within|Without|You)(?= [^\W\d_])"
)


def phrase(provenance: Provenance, translate: Translate = str) -> str:
    """The bare phrase: `reported *X*`, `According to *X*` or `*X*`; empty without an outlet."""
    if not provenance.outlet.strip():
        return ""
    patterns = {
        Style.OUTLET: "%(outlet)s",
        Style.REPORTED: translate("reported %(outlet)s"),
        Style.ACCORDING_TO: translate("According to %(outlet)s"),
    }
    return patterns[provenance.style] % {"outlet": _outlet(provenance)}


def attributed(blurb: str, provenance: Provenance, translate: Translate = str) -> str:
    """The blurb with its outlet woven in: `…, reported *X*.` or `According to *X*, …`.

    With the style “outlet”, and without an outlet, the blurb stays as it is: `source_line` names the outlet.
    """
    text = blurb.strip()
    if not provenance.outlet.strip() or provenance.style is Style.OUTLET:
        return text
    if not text or _LIST_ENTRY.match(_last_paragraph(text).rpartition("\n")[2]):
        return f"{text}\n\n{_alone(provenance, translate)}".strip()
    if provenance.style is Style.ACCORDING_TO:
        if _LIST_ENTRY.match(text):
            return f"{phrase(provenance, translate)}:\n\n{text}"
        words = {"outlet": _outlet(provenance), "blurb": _continued(text)}
        return translate("According to %(outlet)s, %(blurb)s") % words
    body, pattern = _opened(text, translate)
    return pattern % {"blurb": body, "outlet": _outlet(provenance)}


def source_line(provenance: Provenance, write_day: WriteDay = str, translate: Translate = str) -> str:
    """The line under a blurb, `*X* · By Ana Ruiz · 12 May 2026`: what is known and not said in the blurb."""
    parts: list[str] = []
    if provenance.outlet.strip() and provenance.style is Style.OUTLET:
        parts.append(_outlet(provenance))
    byline = re.sub(r"^by\s+", "", provenance.byline.strip(), flags=re.IGNORECASE)
    if byline:
        parts.append(translate("By %(byline)s") % {"byline": escape(byline)})
    if provenance.published:
        parts.append(escape(write_day(provenance.published)))
    return " · ".join(parts)


def _outlet(provenance: Provenance) -> str:
    return f"*{escape(provenance.outlet.strip())}*"


def _alone(provenance: Provenance, translate: Translate) -> str:
    return translate("As reported by %(outlet)s.") % {"outlet": _outlet(provenance)}


def _last_paragraph(text: str) -> str:
    return re.split(r"\n\s*\n", text)[-1]


def _continued(text: str) -> str:
    """`text` as the second half of a sentence: “The boat left” becomes “the boat left”, “The Hague” stays."""
    opener = _OPENERS.match(text)
    if opener and text[opener.end() + 1].islower():
        return text[0].lower() + text[1:]
    return text


def _opened(text: str, translate: Translate) -> tuple[str, str]:
    """`text` without its final full stop, and the pattern that joins the outlet to what it ends with."""
    quoted = re.search(r"(?<![.…])\.([”’\"']+)$", text)
    if quoted:
        return f"{text[: quoted.start()]},{quoted[1]}", translate("%(blurb)s reported %(outlet)s.")
    if text.endswith(".") and not text.endswith(".."):
        return text[:-1], translate("%(blurb)s, reported %(outlet)s.")
    if text[-1].isalnum() or text[-1] in ")]":
        return text, translate("%(blurb)s, reported %(outlet)s.")
    return text, translate("%(blurb)s (reported %(outlet)s)")
