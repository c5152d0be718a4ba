"""The pages below `/admin`: a package or module for each feature, in one frame, behind one guard.

The features do not import each other: what they share lies beside them (formats, dates, paging, words, …).
"""

from flask import Flask

from newsletter.web.admin import frame, guard
from newsletter.web.admin.dates import utc_moment
from newsletter.web.admin.words.browsers import browser_name


def init_app(app: Flask) -> None:
    """The guard before every page, the frame around it, and filters for its templates."""
    guard.init_app(app)
    frame.init_app(app)
    app.add_template_filter(utc_moment)
    app.add_template_filter(browser_name)
