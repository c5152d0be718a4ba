"""Tracking: clicks and opens of mailings, as far as a publication and its readers want them counted."""
