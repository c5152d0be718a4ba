"""What may stand in a path: ids that a database can hold, and no octets that are no text."""

from flask import Flask, request
from werkzeug.routing import IntegerConverter, ValidationError

from newsletter.core.errors import Missing
from newsletter.core.ids import LARGEST_ID
from newsletter.core.text import SURROGATE


class IdConverter(IntegerConverter):
    """`<int:…>` of every route: from 0 to the largest id that there can be, in at most 19 digits."""

    regex = r"\d{1,19}"

    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


def init_app(app: Flask) -> None:
    """Before the routes are registered."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_unusable_path)


def _refuse_unusable_path() -> None:
    if "\0" in request.path or "\ufffd" in request.path or SURROGATE.search(request.path):
        raise Missing("no_page", "This page does not exist.")
