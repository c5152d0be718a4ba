"""Ids in paths and queries, and the arguments by which a list is paged through."""

from flask import request


def read_id(text: str) -> int:
    """The id in what somebody typed or in a query argument; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def asked_id(name: str) -> int:
    """The id in the query argument called `name`, such as `before`; 0 without one."""
    return read_id(request.args.get(name, ""))


def asked_page() -> int:
    """The number of the page in the query, from 1."""
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
