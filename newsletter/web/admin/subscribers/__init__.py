"""Subscribers: their list, one person's page, adding, ending, suppressing, erasing, importing."""

from newsletter.web.admin.subscribers import (
    change,
    confirm_import,
    consent,
    control_import,
    download,
    erase,
    export,
    growth,
    imports,
    labels,
    listing,
    new,
    person,
    progress,
    segments,
    subscriptions,
    suppressions,
)
from newsletter.web.admin.subscribers.blueprint import blueprint

__all__ = [
    "blueprint",
    "change",
    "confirm_import",
    "consent",
    "control_import",
    "download",
    "erase",
    "export",
    "growth",
    "imports",
    "labels",
    "listing",
    "new",
    "person",
    "progress",
    "segments",
    "subscriptions",
    "suppressions",
]
