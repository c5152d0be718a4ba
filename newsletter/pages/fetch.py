"""GET for the addresses that people and pages name: never into a private network, and never without an end.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final
from urllib.parse import urldefrag, urljoin

import requests
from requests.cookies import extract_cookies_to_jar
from urllib3.exceptions import DecodeError, HTTPError

from newsletter.pages.check_url import check_url
from newsletter.pages.checked_adapter import CheckedAdapter
from newsletter.pages.connect import Connector, Resolve, resolve_host
from newsletter.pages.deadline import Deadline
from newsletter.pages.page import Trouble
from newsletter.pages.read_body import CODINGS, read_body, too_large
from newsletter.pages.response import FetchFailed, Response, read_content_type

MOST_REDIRECTS: Final = 5
MOST_HEADER_OCTETS: Final = 65_536
_HEADERS: Final = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": ", ".join(CODINGS),
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Limits:
    """What one fetch may take, with all its redirects: seconds and octets."""

    total_seconds: float = 20
    connect_seconds: float = 5
    most_octets: int = 10_000_000


@dataclass(frozen=True)
class Fetcher:
    """Fetches with one policy; may be kept and used by several threads.

    `private_hosts` (`host` or `host:port`, in lower case) are fetched though their addresses are not public.
    `resolve` gives the addresses of a name, `ca_file` holds certificates to trust instead of the usual ones.
    Neither proxies nor passwords of the environment are used, and certificates are always verified.
    """

    private_hosts: frozenset[str]
    user_agent: str
    resolve: Resolve = resolve_host
    limits: Limits = field(default_factory=Limits)
    ca_file: str = ""

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, most_octets: int | None = None
    ) -> Response:
        """The answer of `url`, whatever its status, after redirects. Raises `FetchFailed` where is none."""
        with Deadline(self.limits.total_seconds) as deadline, requests.Session() as session:
            connector = Connector(self.resolve, self.private_hosts, self.limits.connect_seconds, deadline)
            session.trust_env = False
            session.headers.update({"User-Agent": self.user_agent, **_HEADERS, **(headers or {})})
            chain = _Chain(self, session, CheckedAdapter(connector), most_octets or self.limits.most_octets)
            try:
                response = chain.follow(url)
            except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
                if deadline.passed:
                    raise deadline.failure from error
                raise _failure(error) from error
            finally:
                chain.adapter.close()
            if deadline.passed:  # a body that was cut looks like one that ended
                raise deadline.failure
            return response


@dataclass
class _Chain:
    """One fetch: a request, and those that redirects ask for, with the cookies that were set meanwhile."""

    fetcher: Fetcher
    session: requests.Session
    adapter: CheckedAdapter
    most_octets: int
    seen: set[tuple[str, str]] = field(default_factory=set)  # URLs and the cookies they were asked with

    def follow(self, url: str) -> Response:
        redirects: list[str] = []
        while True:
            url = check_url(url, self.fetcher.private_hosts)
            with self._request(url) as answer:
                target = _redirect_target(answer)
                if not target:
                    return self._read(answer, url, tuple(redirects))
            redirects.append(url)
            if len(redirects) > MOST_REDIRECTS:
                raise FetchFailed(Trouble.REDIRECTS, f"It redirects more than {MOST_REDIRECTS} times.")
            url = urljoin(url, target)

    def _request(self, url: str) -> requests.Response:
        # Not by `session.send`, which reads the whole body of a redirect.
        request = self.session.prepare_request(requests.Request("GET", url))
        state = (urldefrag(request.url or "").url, str(request.headers.get("Cookie", "")))
        if state in self.seen:  # the same request would have the same answer
            raise FetchFailed(Trouble.REDIRECTS, "It redirects in a circle.")
        self.seen.add(state)
        limits = self.fetcher.limits
        answer = self.adapter.send(
            request,
            stream=True,
            timeout=(limits.connect_seconds, limits.total_seconds),
            verify=self.fetcher.ca_file or True,
        )
        extract_cookies_to_jar(self.session.cookies, request, answer.raw)
        if sum(len(name) + len(value) for name, value in answer.headers.items()) > MOST_HEADER_OCTETS:
            answer.close()
            raise too_large(MOST_HEADER_OCTETS)
        return answer

    def _read(self, answer: requests.Response, url: str, redirects: tuple[str, ...]) -> Response:
        content_type, charset = read_content_type(answer.headers.get("Content-Type", ""))
        return Response(
            url=url,
            status=answer.status_code,
            headers=answer.headers,
            body=read_body(answer.raw, self.most_octets),
            content_type=content_type,
            charset=charset,
            redirects=redirects,
        )


def _redirect_target(answer: requests.Response) -> str:
    """What the Location of a redirect says; empty for other answers."""
    if answer.status_code not in _REDIRECTS:
        return ""
    location = answer.headers.get("Location", "")
    try:
        return location.encode("latin-1").decode()  # http.client reads headers as Latin-1, servers send UTF-8
    except UnicodeError:
        return location


def _failure(error: Exception) -> FetchFailed:
    if isinstance(error, requests.exceptions.SSLError):
        sentence = "Its certificate or its encryption is not valid."
    elif isinstance(error, DecodeError):
        sentence = "Its answer is not compressed as it says."
    elif isinstance(error, ValueError):
        sentence = "This is not the address of a page."
    else:
        sentence = "Its server broke off or did not answer as a web server does."
    return FetchFailed(Trouble.UNREACHABLE, sentence)
