"""Mailings: their list, the page one watches a mailing on, its recipients, pause, resume and cancel."""

from newsletter.web.admin.mailings import control, export, listing, watch
from newsletter.web.admin.mailings.pages import blueprint

__all__ = ["blueprint", "control", "export", "listing", "watch"]
