"""Nothing is ever sent to a private address: a listener on loopback counts who connects."""

from collections.abc import Iterator

import pytest

from newsletter.pages.check_url import BAD_PORTS, check_url
from newsletter.pages.connect import Resolve
from newsletter.pages.fetch import Fetcher, Limits
from newsletter.pages.page import Trouble
from newsletter.pages.public_address import is_public
from newsletter.pages.response import FetchFailed
from tests.pages.web_server import WebServer, answer, redirect

LIMITS = Limits(total_seconds=2, connect_seconds=0.3)
SPELLINGS = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0177.0.0.1"),
    *("127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost."),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "①②⑦.⓪.⓪.①", "127。0。0。1", "ｌｏｃａｌｈｏｓｔ"),
)


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[WebServer]:
    with WebServer({"/": answer()}, host=request.param) as server:
        yield server


def refusal(url: str, private_hosts: frozenset[str] = frozenset(), resolve: Resolve | None = None) -> Trouble:
    fetcher = Fetcher(private_hosts, "test", limits=LIMITS)
    if resolve:
        fetcher = Fetcher(private_hosts, "test", resolve, LIMITS)
    with pytest.raises(FetchFailed) as failed:
        fetcher.get(url)
    return failed.value.trouble


def test_no_spelling_reaches_loopback(listener: WebServer) -> None:
    troubles = {host: refusal(f"http://{host}:{listener.port}/") for host in SPELLINGS}
    assert set(troubles.values()) == {Trouble.PRIVATE}, troubles
    assert listener.connections == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_reaches_nobody(web: WebServer, listener: WebServer, scheme: str) -> None:
    here = f"localhost:{web.port}"
    for host in SPELLINGS:
        ascii_host = host.encode("idna").decode() if not host.startswith("[") else host
        web.pages["/to"] = redirect(f"{scheme}://{ascii_host}:{listener.port}/")
        assert refusal(f"http://{here}/to", frozenset({here})) is Trouble.PRIVATE
    assert listener.connections == 0


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/"],
)
def test_a_redirect_out_of_the_web(web: WebServer, target: str) -> None:
    web.pages["/to"] = redirect(target)
    here = f"localhost:{web.port}"
    assert refusal(f"http://{here}/to", frozenset({here})) is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "::1"]]
)
def test_a_name_with_any_private_address(web: WebServer, addresses: list[str]) -> None:
    assert refusal(f"http://a.example:{web.port}/", resolve=lambda *_: addresses) is Trouble.PRIVATE
    assert web.connections == 0


@pytest.mark.parametrize(("first", "second"), [("192.0.2.1", "127.0.0.1"), ("127.0.0.1", "192.0.2.1")])
def test_a_name_that_changes_its_mind(web: WebServer, first: str, second: str) -> None:
    """The answer that was checked is the one that is connected to: nobody asks a second time."""
    answers = iter([[first], [second]])

    def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    assert refusal(f"http://a.example:{web.port}/", resolve=rebinding) is Trouble.PRIVATE
    assert web.connections == 0
    assert next(answers) == [second]


def test_the_connection_goes_to_the_address_that_was_checked(web: WebServer) -> None:
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    fetcher = Fetcher(frozenset({"a.example"}), "test", lambda *_: next(answers), LIMITS)
    assert fetcher.get(f"http://a.example:{web.port}/").status == 200
    assert next(answers) == ["192.0.2.1"]


def test_each_hop_is_resolved_once_and_checked(web: WebServer) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    here = f"a.example:{web.port}"
    web.pages["/to"] = redirect(f"http://b.example:{web.port}/")
    assert refusal(f"http://{here}/to", frozenset({here}), resolve) is Trouble.PRIVATE
    assert asked == ["a.example", "b.example"]
    assert web.connections == 1


def test_private_hosts_that_may_be_fetched(web: WebServer) -> None:
    for entry in ("localhost", f"localhost:{web.port}"):
        fetcher = Fetcher(frozenset({entry}), "test", limits=LIMITS)
        assert fetcher.get(f"http://LOCALHOST:{web.port}/").status == 200
    for entry in (f"localhost:{web.port + 1}", "ocalhost", "127.0.0.2", ""):
        assert refusal(f"http://localhost:{web.port}/", frozenset({entry})) is Trouble.PRIVATE
    assert refusal(f"http://127.0.0.1:{web.port}/", frozenset({"localhost"})) is Trouble.PRIVATE
    assert web.connections == 2


def test_a_private_host_on_ipv6() -> None:
    with WebServer({"/": answer()}, host="::1") as web:
        for entry in ("::1", "[::1]", f"[::1]:{web.port}"):
            fetcher = Fetcher(frozenset({entry}), "test", limits=LIMITS)
            assert fetcher.get(f"http://[::1]:{web.port}/").status == 200


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 5432, 6667])
def test_ports_of_other_services(port: int) -> None:
    url = f"http://a.example:{port}/"
    with pytest.raises(FetchFailed, match=f"Port {port} is not") as failed:
        check_url(url, frozenset())
    assert failed.value.trouble is Trouble.PRIVATE
    assert check_url(url, frozenset({"a.example"})) == url


def test_ports_of_the_web() -> None:
    for port in (80, 443, 3000, 8000, 8080, 8443):
        assert port not in BAD_PORTS
        assert check_url(f"http://a.example:{port}/", frozenset()) == f"http://a.example:{port}/"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "a",
            "//a.example/",
            "http:",
            "http://",
            "http:///a",
            "javascript:alert(1)",
            "data:text/html,a",
        ),
        *("file:///etc/passwd", "ftp://a.example/", "mailto:ana@a.example", "http://ana@a.example/"),
        *("http://good.example\\@127.0.0.1/", "http://127.0.0.1\\.good.example/", "http://a b.example/"),
        *("http://a.example:port/", "http://a.example:99999/", "http://[::1/", "http://[fe80::1%25eth0]/"),
        *(
            "http://127.0.0.1.5/",
            "http://1.2.3.256/",
            "http://0x/",
            "http://a..example/",
            "http://%6cocalhost/",
        ),
        *("http://" + "a" * 64 + ".example/", "http://a.example/" + "a" * 8_000, "http://xn--a.ｅ\u0000x/"),
    ],
)
def test_what_is_no_url_of_the_web(url: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        check_url(url, frozenset())
    assert failed.value.trouble is Trouble.UNREACHABLE
    assert failed.value.detail.endswith(".")


@pytest.mark.parametrize(
    "address",
    [
        *("0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.9"),
        *(
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
        ),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"),
        *(
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:808::1",
        ),
        *(
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fe80::1%eth0",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
        ),
        *("", "localhost", "8.8.8.8.", "2130706433"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f::1", "2001:4860:4860::8888"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)
