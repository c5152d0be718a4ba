"""Patterns over bare text. In them, WHO, NOT_THERE, NO_SUCH and GAP stand for what is defined here."""

import re
from collections.abc import Callable

Search = Callable[[str], "re.Match[str] | None"]

_WHO = (
    r"(?:users?|user ?id|username|recipients?|mail ?box(?:es)?|mail ?drop|mail ?address|address(?:es|ee)?"
    r"|accounts?|alias"
    r"|persons?|customer|e ?mail|subscriber|member|local ?part|forward path|destination|inbox|name)"
)
_GAP = r"(?: (?!but\b|sender\b|from\b|relay|spam|server\b|host\b|domain\b|system\b|mx\b|space\b)[\w@]+){0,7}?"
_NOT_THERE = (
    r"(?:unknown|(?:could ?|can ?)?(?:not|nt) (?:be )?found|cant be found|wasnt found|not exists?"
    r"|(?:do|does|did) ?(?:not|nt) (?:appear to |seem to )?exists?|doesnt appear to exist|isnt here"
    r"|no longer (?:exists?|valid|active|available|on (?:this )?server|in use|here)|nonexist\w+"
    r"|non exist\w+|not (?:a )?(?:known|valid|existing)\b(?! sender)|(?:un|not )recogni[sz]ed|invalid"
    r"|(?:not|isnt) (?:listed|registered|configured to receive|local|present|available on this)"
    r"|not (?:our|my|one of our) (?:customer|user|client)|never existed|could not be resolved"
    r"|not in (?:our|the|my|this|directory|database|list)\b|(?:has been|was) (?:removed|deleted|terminated)"
    r"|unrouteable|is wrong|incorrect|misspelled)"
)
_NO_SUCH = (
    r"(?:no such|unknown|invalid|bad|nonexistent|non existent|no valid|not a valid|not a known|no local"
    r"|illegal|incorrect|unrecogni[sz]ed|cannot find|cant find|no matching|inexistent)"
)


def compiled(alternatives: tuple[str, ...]) -> Search:
    """One search for all `alternatives`, each of which begins with a word."""
    pattern = "|".join(alternatives)
    for name, value in (("NOT_THERE", _NOT_THERE), ("NO_SUCH", _NO_SUCH), ("WHO", _WHO), ("GAP", _GAP)):
        pattern = pattern.replace(name, value)
    return re.compile(f" (?:{pattern})").search


def any_of(*alternatives: str) -> str:
    """A pattern for any of these patterns."""
    return f"(?:{'|'.join(alternatives)})"
