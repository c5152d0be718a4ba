"""The editor's desk, below `/admin`: one module for each feature, in one frame, behind one guard."""

from flask import Flask

from newsletter.web.admin import frame, guard, words


def init_app(app: Flask) -> None:
    """The guard before every page of the desk, and the frame around it."""
    guard.init_app(app)
    frame.init_app(app)
    words.init_app(app)
