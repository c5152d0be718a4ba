"""What every form is built on.

The token against forged requests is no field of a form: `web.accounts.csrf` asks for it before any view runs,
and readers' pages have none (see `web.public.preferences`).
"""

import gettext
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import request
from flask_babel import get_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form as WTForm
from wtforms.form import BaseForm
from wtforms.i18n import messages_path
from wtforms.meta import DefaultMeta

from newsletter.core import i18n

SENT_BY = frozenset({"POST", "PUT", "PATCH"})


class Form(WTForm):
    """A form with what the request sends in its fields, or with the keywords where it sends nothing.

    `sent=False` ignores the request, which was for another form of the page.
    """

    class Meta(DefaultMeta):
        def get_translations(self, form: BaseForm) -> gettext.NullTranslations:
            """WTForms' own sentences in the language of the page; by itself it loads them for each field."""
            return _sentences(str(get_locale() or i18n.SOURCE_LANGUAGE))

    def __init__(self, *, sent: bool = True, **initial: str) -> None:
        super().__init__(formdata=_sent() if sent else None, data=initial)

    def text(self, name: str) -> str:
        """What is in the field called `name`; "" where nothing is."""
        return str(self[name].data or "")

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Put each problem beside its field; a problem of another field is not shown."""
        for name, problem in problems.items():
            if name in self:
                self[name].errors = [problem]


def choices(words: Mapping[Any, object]) -> dict[str, str]:
    """What a field offers, by value, in the language of the page; hand it over in a lambda."""
    return {str(value): str(word) for value, word in words.items()}


def _sent() -> MultiDict[str, Any] | None:
    return request.form if request.method in SENT_BY and request.form else None


@cache
def _sentences(language: str) -> gettext.NullTranslations:
    return gettext.translation("wtforms", messages_path(), [language], fallback=True)
