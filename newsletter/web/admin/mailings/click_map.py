"""`/admin/mailings/<id>/report/clicks`: the email as it was sent with its clicks, and the same as a table."""

from collections.abc import Iterator

from flask import Response, make_response, render_template, request
from flask_babel import ngettext

from newsletter.accounts.permissions import Permission
from newsletter.publications.models import TrackingMode
from newsletter.reports.click_map import ClickMap, MappedLink, click_map
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing, publication_of, titles
from newsletter.web.admin.words.rates import percent, rate_words
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = ("words", "url", "target", "clicks", "clicks_of", "people")


@blueprint.get(f"{ONE}/report/clicks")
@allow(Permission.VIEW)
def show_click_map(mailing_id: int) -> str:
    """The email in a frame, and its links with the same numbers in a table."""
    mailing = load_mailing(mailing_id)
    publication = publication_of(mailing)
    mapped = _find(mailing_id)
    shown = mapped.links if mapped else []
    return render_template(
        "admin/mailings/click_map.html",
        mailing=mailing,
        publication=publication,
        issue_title=titles([mailing]).get(mailing.issue_id, ""),
        links=shown,
        variants=mapped.variants if mapped else [],
        variant=request.args.get("variant", ""),
        tells_apart=publication.tracking is TrackingMode.INDIVIDUAL or any(link.people for link in shown),
        rate_words=rate_words,
    )


@blueprint.get(f"{ONE}/report/email")
@allow(Permission.VIEW)
def show_marked_email(mailing_id: int) -> Response:
    """The email itself under a policy of its own: nothing in it runs, and nothing is counted.

    Empty before its message was made, of which its page says so.
    """
    mapped = _find(mailing_id)
    variant = request.args.get("variant", "")
    response = make_response(mapped.marked(_words, variant) if mapped else "")
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.post(f"{ONE}/report/clicks.csv")
@allow(Permission.VIEW)
def export_click_map(mailing_id: int) -> Response:
    """The table of the page; nobody's address is in it."""
    return csv_response(_rows(_find(mailing_id)), f"mailing-{mailing_id}-clicks.csv")


def _find(mailing_id: int) -> ClickMap | None:
    return click_map(session(), mailing_id, links())


def _words(link: MappedLink) -> tuple[str, str]:
    """Such as “1,204 · 12.0%”, and the same in words; no percentage of few."""
    count, share = exactly(link.clicks.count), link.clicks.share
    spoken = ngettext(
        "%(count)s click by people", "%(count)s clicks by people", link.clicks.count, count=count
    )
    if share is None:
        return count, str(spoken)
    return f"{count} · {percent(share)}", f"{spoken}, {percent(share)}"


def _rows(mapped: ClickMap | None) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for link in mapped.links if mapped else ():
        yield link.name, link.url, link.target, link.clicks.count, link.clicks.of, link.people
