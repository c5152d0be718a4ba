"""The links of a mailing with their clicks by people: a part of its page, and a file to keep."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response

from newsletter.accounts.permissions import Permission
from newsletter.mailings.models import Mailing
from newsletter.publications.models import TrackingMode
from newsletter.tracking.report import (
    Clicks,
    LinkClicks,
    Opens,
    first_hour_clicks,
    link_clicks,
    mailing_clicks,
    mailing_opens,
)
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing, publication_of
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = ("url", "target", "clicks", "people", "scanner_clicks")


@dataclass(frozen=True)
class LinksPart:
    """What the page shows. `tells_apart`: whether people are known, and so counted."""

    links: list[LinkClicks]
    total: Clicks
    first_hour: Clicks
    opens: Opens
    tells_apart: bool


def links_part(mailing: Mailing) -> LinksPart | None:
    """The links of a mailing; None where its publication counts nothing."""
    mode = publication_of(mailing).tracking
    if mode is TrackingMode.OFF:
        return None
    return LinksPart(
        links=link_clicks(session(), mailing.id),
        total=mailing_clicks(session(), mailing.id),
        first_hour=first_hour_clicks(session(), mailing.id),
        opens=mailing_opens(session(), mailing.id),
        tells_apart=mode is TrackingMode.INDIVIDUAL,
    )


@blueprint.post(f"{ONE}/links.csv")
@allow(Permission.VIEW)
def export_links(mailing_id: int) -> Response:
    """CSV (RFC 4180); nobody's address is in it."""
    mailing = load_mailing(mailing_id)
    return csv_response(_rows(mailing.id), f"mailing-{mailing_id}-links.csv")


def _rows(mailing_id: int) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for link in link_clicks(session(), mailing_id):
        clicks = link.clicks
        yield link.url, link.target, clicks.clicks, clicks.people, clicks.scanners
