"""A name server on this machine, whose answers a function writes."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Writer = Callable[[dns.message.Message], None]


@contextmanager
def name_server(write: Writer) -> Iterator[int]:
    """Its port, on 127.0.0.1 and over UDP only."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                octets, client = server.recvfrom(4096)
                if not octets:
                    return
                answer = dns.message.make_response(dns.message.from_wire(octets))
                write(answer)
                server.sendto(answer.to_wire(), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", server.getsockname())
            thread.join()


def answers(records: Mapping[tuple[str, str], Sequence[str]]) -> Writer:
    """Writes the records, as a zone file has them, of a name and a type; NXDOMAIN for what is not there."""

    def write(answer: dns.message.Message) -> None:
        question = answer.question[0]
        name = question.name.to_text(omit_final_dot=True)
        texts = records.get((name, dns.rdatatype.to_text(question.rdtype)))
        if texts:
            answer.answer.append(dns.rrset.from_text(question.name, 300, "IN", question.rdtype, *texts))
        elif not any(known == name for known, _type in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)

    return write
