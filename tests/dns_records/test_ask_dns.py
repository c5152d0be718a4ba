"""What the DNS says, asked of a server on this machine, which cannot always tell."""

from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import pytest

from newsletter.core.errors import Refused
from newsletter.dns_records.ask import DnsSilent, ask_dns, resolver_of
from tests.servers.name_server import answers, name_server

NAME = "n1._domainkey.press.example"
HELD = answers(
    {
        (NAME, "TXT"): ['"v=DKIM1; k=rsa; p=AB" "CD"', '"another"'],
        ("press.example", "MX"): ["20 B.press.example.", "10 a.press.example."],
        ("silent.example", "MX"): ["0 ."],
        ("1.2.0.192.in-addr.arpa", "PTR"): ["mail.press.example."],
    }
)


def ask(write: Callable[[dns.message.Message], None], name: str, kind: str = "TXT") -> list[str]:
    with name_server(write) as port:
        return ask_dns(name, kind, resolver_of(f"127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("name", "kind", "records"),
    [
        (NAME, "TXT", ["another", "v=DKIM1; k=rsa; p=ABCD"]),  # the strings of a record are put together
        ("press.example", "MX", ["10 a.press.example", "20 b.press.example"]),
        ("silent.example", "MX", ["0 ."]),
        ("192.0.2.1", "PTR", ["mail.press.example"]),
        ("press.example", "TXT", []),  # the name has other records
        ("nobody.example", "TXT", []),
    ],
)
def test_records_come_as_text(name: str, kind: str, records: list[str]) -> None:
    assert sorted(ask(HELD, name, kind)) == records


@pytest.mark.parametrize(
    "write",
    [
        lambda answer: answer.set_rcode(dns.rcode.SERVFAIL),
        lambda answer: answer.set_rcode(dns.rcode.REFUSED),
        lambda answer: setattr(answer, "flags", answer.flags | dns.flags.TC),  # and nobody answers over TCP
        lambda answer: setattr(answer, "id", answer.id ^ 1),  # no answer to what was asked
    ],
    ids=["servfail", "refused", "truncated", "timeout"],
)
def test_a_server_that_cannot_tell_is_not_one_that_says_no(
    write: Callable[[dns.message.Message], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.dns_records.ask.DNS_SECONDS", 0.3)
    with pytest.raises(DnsSilent, match=f"The DNS does not answer for {NAME}: .+\\.$"):
        ask(write, NAME)


def test_what_no_name_can_be_is_said_without_asking() -> None:
    with pytest.raises(DnsSilent):
        ask_dns("x" * 64 + ".example", resolver=resolver_of("127.0.0.1:1"))


@pytest.mark.parametrize("server", ["", "ns.example.org", "127.0.0.1:0", "127.0.0.1:x", "1.2.3.4:99999"])
def test_a_name_server_is_given_by_its_address(server: str) -> None:
    with pytest.raises(Refused, match="not the address of a name server"):
        resolver_of(server)


@pytest.mark.parametrize("server", ["192.0.2.1", "[2001:db8::1]:5353", "2001:db8::1"])
def test_of_both_families(server: str) -> None:
    assert resolver_of(server).nameservers[0] in {"192.0.2.1", "2001:db8::1"}
