"""Language tags (BCP 47) in one spelling, and which of several languages somebody gets (RFC 4647 §3.4)."""

import re
from collections.abc import Sequence

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)


def language_tag(text: str) -> str:
    """`text` in the spelling of RFC 5646 §2.1.1: `pt_br` is `pt-BR`; "" for what is no tag."""
    text = text.strip().replace("_", "-")
    if not _TAG.fullmatch(text):
        return ""
    first, *rest = text.split("-")
    return "-".join([first.lower(), *(_part(part) for part in rest)])


def primary(tag: str) -> str:
    """The language alone: `pt` of `pt-BR`."""
    return tag.replace("_", "-").partition("-")[0].lower()


def covers(wanted: str, spoken: str) -> bool:
    """Whether `wanted` names `spoken`: `de` names `de-AT` too, not the other way round."""
    wanted, spoken = (tag.lower().replace("_", "-") for tag in (wanted, spoken))
    return spoken == wanted or spoken.startswith(f"{wanted}-")


def best_of(offered: Sequence[str], spoken: str) -> int | None:
    """Which of the `offered` languages somebody gets who speaks `spoken`; None when it is none of them.

    The one that names it most exactly, else the first of the same language: `pt-BR` for `pt` and `pt-PT`.
    """
    places = [place for place, tag in enumerate(offered) if covers(tag, spoken)]
    if places:
        return max(places, key=lambda place: (len(offered[place]), -place))
    same = (place for place, tag in enumerate(offered) if spoken and primary(tag) == primary(spoken))
    return next(same, None)


def _part(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()
