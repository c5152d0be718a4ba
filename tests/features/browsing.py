"""A browser without cookies or scripts, behind the proxy that takes HTTPS off: what a reader or scanner sees.

It finds every address below PUBLIC_URL at the installation's own port, and follows no redirect.
"""

import http.client
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from tests.processes import Installation

URLENCODED = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """A form as it stands in a page: where it goes and what it holds already."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back. `text` is empty when it is not text."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    text: str
    forms: tuple[Form, ...] = ()

    def form(self, field: str = "") -> Form:
        """The one form, or the one that has a field called so."""
        (found,) = [form for form in self.forms if not field or field in form.fields]
        return found


class Browser:
    """Visits the pages of one installation from the address `ip`, with one connection for each request."""

    def __init__(self, installation: Installation, ip: str = "198.51.100.7") -> None:
        self.installation = installation
        self.public = urlsplit(installation.settings.effective_public_url)
        self.ip = ip

    def get(self, url: str) -> Answer:
        return self.request("GET", url)

    def submit(self, form: Form, **fields: str) -> Answer:
        """Press the button of `form` with these fields filled in."""
        assert form.method == "post", form
        assert form.fields.keys() >= fields.keys(), form
        return self.post(form.action, form.fields | fields)

    def post(self, url: str, fields: dict[str, str]) -> Answer:
        return self.request("POST", url, urlencode(fields))

    def request(self, method: str, url: str, body: str | None = None, kind: str = URLENCODED) -> Answer:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == (self.public.scheme, self.public.netloc), url
        headers = {"Host": parts.netloc, "X-Forwarded-For": self.ip, "X-Forwarded-Proto": parts.scheme}
        headers |= {} if body is None else {"Content-Type": kind}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with closing(http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=120)) as server:
            server.request(method, target, body=body, headers=headers)
            answer = server.getresponse()
            octets = answer.read()
        came = answer.headers.get_content_type()
        text = octets.decode() if came.startswith("text/") else ""
        forms = _forms(url, text) if came == "text/html" else ()
        return Answer(url, answer.status, answer.headers, text, forms)


def _forms(url: str, page: str) -> tuple[Form, ...]:
    parser = _Forms(url)
    parser.feed(page)
    parser.close()
    return tuple(parser.found)


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(urljoin(self.url, given.get("action", "")), given.get("method", "get")))
        elif tag in {"input", "textarea", "select"} and self.found and "name" in given:
            self.found[-1].fields[given["name"]] = given.get("value", "")
