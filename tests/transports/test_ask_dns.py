"""What the DNS says of a key, asked of a server on this machine."""

import socket
import threading
from collections.abc import Callable, Iterator

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from newsletter.core.errors import Refused
from newsletter.transports.dkim_keys import ask_dns

NAME = "n1._domainkey.press.example"

Ask = Callable[[Callable[[dns.message.Message], None]], list[str]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Asks for the record of a server whose answers a function writes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        write: list[Callable[[dns.message.Message], None]] = []

        def serve() -> None:
            while True:
                octets, client = server.recvfrom(4096)
                if not octets:
                    return
                answer = dns.message.make_response(dns.message.from_wire(octets))
                write[0](answer)
                server.sendto(answer.to_wire(), client)

        def asked(writer: Callable[[dns.message.Message], None]) -> list[str]:
            write[:] = [writer]
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
            return ask_dns(NAME, resolver)

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join()


def records(*texts: str) -> Callable[[dns.message.Message], None]:
    def write(answer: dns.message.Message) -> None:
        assert answer.question[0].name.to_text() == f"{NAME}."
        answer.answer.append(dns.rrset.from_text(answer.question[0].name, 300, "IN", "TXT", *texts))

    return write


def test_the_strings_of_a_record_are_put_together(ask: Ask) -> None:
    assert sorted(ask(records('"v=DKIM1; k=rsa; p=AB" "CD"', '"another"'))) == [
        "another",
        "v=DKIM1; k=rsa; p=ABCD",
    ]


def test_there_may_be_none(ask: Ask) -> None:
    assert ask(lambda answer: None) == []
    assert ask(lambda answer: answer.set_rcode(dns.rcode.NXDOMAIN)) == []


def test_a_server_that_cannot_tell_is_not_one_that_says_no(ask: Ask) -> None:
    with pytest.raises(Refused, match=f"The DNS does not answer for {NAME}"):
        ask(lambda answer: answer.set_rcode(dns.rcode.SERVFAIL))
