"""The forms of pages, filled in as a browser has them, and their octets whatever stands in a field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

BOUNDARY = "a-boundary-of-the-tests"


@dataclass(frozen=True)
class PageForm:
    """A form that is sent by POST: its fields with what stands in them, and which of them are files."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: frozenset[str] = frozenset()

    def with_text(self, name: str, text: str) -> "PageForm":
        """The same with `text` in the field called `name`."""
        return replace(
            self, fields=tuple((field, text if field == name else old) for field, old in self.fields)
        )

    def without(self, name: str) -> "PageForm":
        """The same without the field called `name`."""
        return replace(self, fields=tuple(each for each in self.fields if each[0] != name))

    @property
    def names(self) -> list[str]:
        return [name for name, _text in self.fields]

    def send(self, client: FlaskClient) -> TestResponse:
        """Send it, octet by octet as it stands: lone surrogates are written as three octets each."""
        if self.files:
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            return client.post(self.path, data=self._multipart(), content_type=kind)
        body = "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in self.fields)
        return client.post(self.path, data=body, content_type="application/x-www-form-urlencoded")

    def _multipart(self) -> bytes:
        parts = []
        for name, text in self.fields:
            octets = _octets(text)
            if name in self.files:
                disposition = f'form-data; name="{name}"; filename="{quote(octets)}.csv"'
            else:
                disposition = f'form-data; name="{name}"'
            head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n"
            parts += [head.encode(), octets, b"\r\n"]
        return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def forms_of(page: str, url: str) -> Iterator[PageForm]:
    """The forms of an HTML page at `url` that are sent by POST."""
    if not page.strip():
        return
    for form in html.document_fromstring(page).iter("form"):
        if form.get("method", "get").lower() != "post":
            continue
        files, fields = set(), []
        for control in form.iter("input", "textarea", "select", "button"):
            name = control.get("name")
            if not name or name == "csrf_token":
                continue
            if control.get("type") == "file":
                files.add(name)
            fields.append((name, _value(control)))
        path = urlsplit(urljoin(url, form.get("action") or url)).path
        yield PageForm(path, tuple(fields), frozenset(files))


def _value(control: html.HtmlElement) -> str:
    if control.tag == "textarea":
        return control.text or ""
    if control.tag == "select":
        options = control.xpath(".//option[@selected]") or control.xpath(".//option")
        return options[0].get("value") or options[0].text_content() if options else ""
    return control.get("value") or ""


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _quoted(text: str) -> str:
    return quote(_octets(text), safe="")
