"""The socket that a parent keeps: nothing fails when its port is taken, and it is there when that is free."""

import socket

import pytest

from newsletter.core.errors import OperatorMustAct
from newsletter.incoming import listening_socket
from newsletter.incoming.listening_socket import ListeningSocket, open_socket
from tests.logged import logged_lines


def test_a_taken_port_is_said_once_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_socket, "RETRY_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as taken, logged_lines() as lines:
        port = taken.getsockname()[1]
        mail = ListeningSocket("127.0.0.1", port)
        assert not any(mail.has_visitor() for _ in range(3))
    assert [f"Port {port} is taken by another program" in str(line) for line in lines] == [True]
    assert not mail.has_visitor()  # free now, and nobody there
    with socket.create_connection(("127.0.0.1", port)):
        assert mail.has_visitor()
    mail.close()
    mail.close()


def test_it_is_not_tried_all_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        mail = ListeningSocket("127.0.0.1", taken.getsockname()[1])
        assert not mail.has_visitor()
    assert not mail.has_visitor()
    assert mail.socket is None


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_others_is_one_sentence(host: str) -> None:
    with pytest.raises(OperatorMustAct, match="see MAIL_HOST"):
        open_socket(host, 0)
