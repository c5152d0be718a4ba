"""Approval of an issue: somebody asks for a review, somebody approves one state of the text.

A publication may demand that somebody else than the author of the last edit approves what is sent; a mailing
without it is held at its time. The rule is in `required.py`, the reasons in docs/adr/0039.
"""
