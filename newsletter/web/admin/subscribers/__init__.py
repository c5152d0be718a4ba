"""Subscribers: their list, one person's page, adding, ending, suppressing, erasing, importing."""

from newsletter.web.admin.subscribers import (
    change,
    columns,
    confirm_import,
    consent,
    download,
    erase,
    export,
    filter_form,
    growth,
    imports,
    labels,
    listing,
    new,
    person,
    progress,
    segments,
    subscriptions,
)
from newsletter.web.admin.subscribers.blueprint import blueprint

__all__ = [
    "blueprint",
    "change",
    "columns",
    "confirm_import",
    "consent",
    "download",
    "erase",
    "export",
    "filter_form",
    "growth",
    "imports",
    "labels",
    "listing",
    "new",
    "person",
    "progress",
    "segments",
    "subscriptions",
]
