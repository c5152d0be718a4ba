"""Moments and browsers in words, for pages about people's accounts."""

from datetime import datetime

from flask import Flask
from flask_babel import format_date, format_time
from flask_babel import gettext as _

# The first that is in the User-Agent counts: each of these also claims to be those below it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def init_app(app: Flask) -> None:
    app.add_template_filter(utc_moment)
    app.add_template_filter(browser_name)


def utc_moment(moment: datetime) -> str:
    """Date and time of day in UTC, in the language of the page; the page says the zone."""
    date, time = format_date(moment, "medium"), format_time(moment, "short")
    return f"{date}, {time}".replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def browser_name(user_agent: str) -> str:
    """“Firefox on Windows”, as far as the User-Agent says it."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Another browser"))
