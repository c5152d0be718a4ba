"""Mailings: their list, the page one watches a mailing on, its recipients, and what is done to it there."""

from newsletter.web.admin.mailings import (
    again,
    control,
    domains,
    export,
    links,
    listing,
    report,
    throttle,
    watch,
)
from newsletter.web.admin.mailings.blueprint import blueprint

__all__ = [
    "again",
    "blueprint",
    "control",
    "domains",
    "export",
    "links",
    "listing",
    "report",
    "throttle",
    "watch",
]
