"""The adapter to premailer: CSS rules become style attributes; what was parsed once is not parsed again.

Parsing CSS is most of what inlining costs. premailer's own cache puts whole stylesheets, selectors and
declarations into 128 places altogether; one theme needs more, so each message would push out what the next
one asks for. Here rules are remembered one by one, as short texts, whatever stylesheet they come in, and
premailer's places are for the rest.
"""

import logging
import os
import threading
from functools import lru_cache
from typing import Any

from lxml import etree

# Read when premailer is first imported. Its entries are a few hundred octets; three themes need some 600.
os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", "2000")

from premailer import Premailer

RULES = 2_000

_ONE_AT_A_TIME = threading.Lock()  # cssutils keeps its parser in globals
_OPTIONS = {
    "strip_important": False,
    "keep_style_tags": False,
    "remove_classes": False,
    "include_star_selectors": True,  # only attribute selectors such as [href*="x"] still have a star
    "disable_validation": True,
    "allow_network": False,
    "cache_css_parsing": False,  # see above
    "align_floating_images": False,
    # a width attribute is written for Outlook on purpose: CSS must not overwrite it
    "disable_basic_attributes": ["align", "valign", "bgcolor", "width", "height"],
    "cssutils_logging_level": logging.CRITICAL,
}

Rule = tuple[tuple[int, ...], str, str]  # specificity, selector, declarations


def premail(root: etree._Element, rules: list[str]) -> None:
    """Write `rules`, each a selector list with its block, into the style attributes of a parsed document.

    Raises whatever premailer, cssutils and cssselect raise for CSS that they cannot use.
    """
    with _ONE_AT_A_TIME:
        _Remembering(css_text=rules, **_OPTIONS).transform(root)


class _Remembering(Premailer):  # type: ignore[misc, unused-ignore]
    """premailer 3.10, given one rule in each entry of `css_text`."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Rule], list[Any]]:
        # The place among the others is the only part of a rule's specificity that is not its own.
        found = [
            ((*own[:4], ruleset_index, own[5]), selector, block) for own, selector, block in _parsed(css_body)
        ]
        return found, []  # nothing is left over: what cannot be inlined is not given to premailer


@lru_cache(maxsize=RULES)
def _parsed(rule: str) -> tuple[Rule, ...]:
    rules, _ = Premailer("", **_OPTIONS)._parse_style_rules(rule, 0)
    return tuple(rules)
