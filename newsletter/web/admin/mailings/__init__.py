"""Mailings: their list, the page one watches a mailing on, its recipients, and what is done to it there."""

from newsletter.web.admin.mailings import (
    click_map,
    control,
    domains,
    export,
    links,
    listing,
    providers,
    report,
    retry,
    stories,
    throttle,
    watch,
)
from newsletter.web.admin.mailings.blueprint import blueprint

__all__ = [
    "blueprint",
    "click_map",
    "control",
    "domains",
    "export",
    "links",
    "listing",
    "providers",
    "report",
    "retry",
    "stories",
    "throttle",
    "watch",
]
