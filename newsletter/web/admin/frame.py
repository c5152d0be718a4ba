"""What `templates/admin/base.html` shows around every page: the rail, the publications, who is signed in."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

from newsletter.accounts.permissions import Permission
from newsletter.publications.find import all_publications
from newsletter.publications.models import Publication
from newsletter.web.accounts import signed_in
from newsletter.web.admin.dates import brief_moment, long_moment, short_moment, weekday_and_day
from newsletter.web.admin.formats import exactly, number
from newsletter.web.admin.guard import LAST_PUBLICATION, needed_permission
from newsletter.web.database import session
from newsletter.web.errors import in_admin

# Whose pages the rail calls settings: those of the publication and, for owners, of the installation.
SETTINGS = {"admin_publications", "admin_settings"}
MENU = {
    "publications": "/admin/publications",
    "new_publication": "/admin/publications/new",
    "media": "/admin/media/",
    "account": "/admin/account",
    "team": "/admin/team",
    "relay": "/admin/settings",
    "health": "/admin/settings/health",
}


@dataclass(frozen=True)
class Place:
    """One link of the rail."""

    words: str
    url: str
    icon: str
    current: bool


def init_app(app: Flask) -> None:
    app.context_processor(_frame)


def current_publication() -> Publication | None:
    """The publication of this page: named in its path, else the last one, else the first by name."""
    publications = _publications()
    named = (request.view_args or {}).get("slug"), cookie.get(LAST_PUBLICATION)
    by_slug = {publication.slug: publication for publication in publications}
    chosen = next((by_slug[slug] for slug in named if slug in by_slug), None)
    return chosen or next(iter(publications), None)


def _publications() -> list[Publication]:
    if "admin_publications" not in g:
        g.admin_publications = all_publications(session())
    listed: list[Publication] = g.admin_publications
    return listed


def _frame() -> dict[str, Any]:
    user = signed_in.user() if in_admin() else None
    if user is None:
        return {}
    return {
        "user": user,
        "may": user.may,
        "Permission": Permission,
        "publications": _publications(),
        "publication": current_publication(),
        "nav": _nav,
        "places": {name: request.script_root + path for name, path in MENU.items() if can_open(path)},
        "switch_url": _switch_url,
        "long_moment": long_moment,
        "short_moment": short_moment,
        "brief_moment": brief_moment,
        "weekday_and_day": weekday_and_day,
        "number": number,
        "exactly": exactly,
    }


def _nav(publication: Publication | None) -> list[Place]:
    """The rail for `publication`: the places that exist and that this person may open."""
    home = f"/admin/p/{publication.slug}" if publication else ""
    places = [
        (_("Home"), "/admin/", "home"),
        (_("Inbox"), f"{home}/inbox" if home else "", "inbox"),
        (_("Issues"), f"{home}/issues" if home else "", "issue"),
        (_("Mailings"), f"{home}/mailings" if home else "", "mailing"),
        (_("Subscribers"), f"{home}/subscribers" if home else "", "people"),
        (_("Settings"), f"{home}/settings" if home else "/admin/settings", "settings"),
    ]
    return [
        Place(words, request.script_root + path, icon, _is_here(path))
        for words, path, icon in places
        if path and can_open(path)
    ]


def can_open(path: str) -> bool:
    """Whether there is a page at `path` (below the script root) that this person may open."""
    endpoint = _endpoint_at(current_app.url_map, path)
    if endpoint is None:
        return False
    permission, user = needed_permission(current_app, endpoint), signed_in.user()
    return permission is not None and user is not None and user.may(permission)


@lru_cache(maxsize=1024)
def _endpoint_at(routes: Map, path: str) -> str | None:
    # Kept, because the rail asks for the same ten places on every page.
    try:
        endpoint, _arguments = routes.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)


def _is_here(path: str) -> bool:
    here, section = request.path, path.rsplit("/", 1)[-1]
    if path == "/admin/":
        return here == path or request.endpoint == "admin_home.publication"
    if section == "settings" and request.blueprint in SETTINGS:
        return True
    # The pages of one object (/admin/issues/41/…) belong to the list that it is in.
    return here == path or here.startswith((f"{path}/", f"/admin/{section}/"))


def _switch_url(publication: Publication) -> str:
    """The same list of another publication, or its home."""
    parts = request.path.split("/")  # ["", "admin", "p", slug, section, …]
    section = parts[4] if len(parts) > 4 and parts[2] == "p" else ""
    path = f"/admin/p/{publication.slug}" + (f"/{section}" if section else "")
    return request.script_root + (path if can_open(path) else f"/admin/p/{publication.slug}")
