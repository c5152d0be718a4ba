"""Every link that an email carries resolves to a route of the application."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed

from newsletter.core.links import Links

LINKS = {
    "subscribe": ("weekly",),
    "suggest": ("weekly",),
    "confirm": (1,),
    "unsubscribe": (1, 2),
    "preferences": (1,),
    "lift_suppression": (1, 2),
    "change_address": (1, 2),
    "edit_issue": (1,),
    "send_issue": (1,),
    "calendar": ("weekly",),
    "deliverability": ("weekly",),
    "mailing_report": (1,),
    "account": (),
    "archive": ("weekly",),
    "issue": ("weekly", "issue-41"),
    "issue_email": ("weekly", "issue-41"),
    "sent_variant": (1, 2),
    "preview": (1,),
    "preview_email": (1,),
    "feed": ("weekly",),
    "media": ("abc/600.jpg",),
    "style": ("weekly",),
    "set_up": (),
    "invitation": (1, 2),
    "reset_password": (1, 2),
    "forgot_password": (),
    "approval": (1,),
    "share": (1,),
    "redirect": (1,),
    "tracked_link": (1, 2, "https://tide.example/"),
    "pixel": (1,),
    "comments": (1,),
}

# What follows in a recipient's copy.
ENDINGS = {"tracked_link": "all", "pixel": "all.gif"}


def test_all_are_listed() -> None:
    public = {name for name in vars(Links) if not name.startswith("_")} - {
        "public_url",
        "signer",
        "mail_domain",
        "own_path",
    }
    assert set(LINKS) == public


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", LINKS)
def test_resolves(app: Flask, links: Links, name: str) -> None:
    path = urlsplit(getattr(links, name)(*LINKS[name])).path + ENDINGS.get(name, "")
    adapter = app.url_map.bind("localhost")
    try:
        endpoint, _arguments = adapter.match(path, method="GET")
    except MethodNotAllowed:
        pytest.fail(f"{path} cannot be read")
    assert endpoint
