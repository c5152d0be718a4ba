"""A compiled message: all that is the same for every recipient, done once; `fill` adds what differs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from newsletter.rendering.byte_template import ByteTemplate
from newsletter.rendering.headers import Header, HeaderForm
from newsletter.rendering.slot_writers import Values, body_writer, fill_words, value_of
from newsletter.rendering.slots import Slot, SlotMode, SlottedText

_FORMAT = 1


@dataclass(frozen=True)
class CompiledMessage:
    """One variant of a message; make it with `compile_message`, keep it as `to_json` writes it.

    headers:   the header lines, finished or with slots.
    subject, preheader: what a mail program's list shows, with slots.
    text, html: the decoded parts, with slots; line breaks are LF.
    """

    headers: tuple[Header, ...]
    subject: SlottedText
    preheader: SlottedText
    text: SlottedText
    html: SlottedText

    def fill(self, values: Values) -> bytes:
        """The whole message for one recipient: RFC 5322, CRLF, header lines ≤ 998 and body lines ≤ 76 octets.

        `values` maps fields to raw values. `email`, `date` and `message_id` must be there (`KeyError`); any
        other value that is missing or blank gives way to its slot's default. Nothing else is raised: control
        characters are taken out, so there is no NUL and no bare CR or LF; the last line ends with CRLF.
        The only bytes beyond ASCII are those of an address whose local part needs SMTPUTF8.
        """
        return self._template.fill(values)

    def fill_html(self, values: Values) -> str:
        """The HTML as a recipient's mail program decodes it, for previews and “view in browser”."""
        return _fill_part(self.html, values, html=True)

    def fill_text(self, values: Values) -> str:
        """The plain text as a recipient's mail program decodes it."""
        return _fill_part(self.text, values, html=False)

    def fill_subject(self, values: Values) -> str:
        """The subject as a mail program shows it."""
        return fill_words(self.subject, values)

    def fill_preheader(self, values: Values) -> str:
        """The preheader as a list preview shows it."""
        return fill_words(self.preheader, values)

    @cached_property
    def html_bytes(self) -> int:
        """Octets of the decoded HTML with the slots' defaults; mail programs cut it near 102,000 (Gmail)."""
        return octets_of(self.html)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field that `fill` may look up."""
        named = {
            element.field
            for slotted in (self.subject, self.text, self.html, *(header.value for header in self.headers))
            for element in slotted
            if isinstance(element, Slot)
        }
        if any(header.form is HeaderForm.UNSUBSCRIBE for header in self.headers):
            named.add("unsubscribe_url")
        return frozenset(named | {"email", "name"})

    def to_json(self) -> str:
        """Everything, in a form that can be stored and read by people; `from_json` gives an equal message."""
        headers = [
            {"form": header.form.value, "name": header.name, "value": _dump(header.value)}
            for header in self.headers
        ]
        document = {
            "format": _FORMAT,
            "headers": headers,
            "subject": _dump(self.subject),
            "preheader": _dump(self.preheader),
            "text": _dump(self.text),
            "html": _dump(self.html),
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> "CompiledMessage":
        """The message that `to_json` wrote; `ValueError` for any other format."""
        data = json.loads(document)
        if data.get("format") != _FORMAT:
            message = f"compiled message of unknown format {data.get('format')!r}"
            raise ValueError(message)
        headers = tuple(
            Header(HeaderForm(header["form"]), header["name"], _load(header["value"]))
            for header in data["headers"]
        )
        return cls(headers, *(_load(data[key]) for key in ("subject", "preheader", "text", "html")))

    @cached_property
    def _template(self) -> ByteTemplate:
        return ByteTemplate.build(self.headers, self.text, self.html)


def octets_of(html: SlottedText) -> int:
    """The octets of decoded HTML with the slots' defaults."""
    return len(_fill_part(html, {}, html=True).encode("utf-8", "replace"))


def _fill_part(slotted: SlottedText, values: Values, *, html: bool) -> str:
    return "".join(
        element
        if isinstance(element, str)
        else body_writer(element.mode, html=html)(value_of(element, values))
        for element in slotted
    )


def _dump(slotted: SlottedText) -> list[str | dict[str, str]]:
    return [
        element
        if isinstance(element, str)
        else {"field": element.field, "default": element.default, "mode": element.mode.value}
        for element in slotted
    ]


def _load(slotted: list[str | Mapping[str, Any]]) -> SlottedText:
    return tuple(
        element
        if isinstance(element, str)
        else Slot(element["field"], element["default"], SlotMode(element["mode"]))
        for element in slotted
    )
